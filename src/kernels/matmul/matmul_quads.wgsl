enable subgroups;
// A tile of 16 × 8 for adapters that run four threads at a time, as software adapters do: there every load costs as
// much as several products. The four threads of a quad work on the same rows, so each loads one row in four of a block
// of A and gets the others from its neighbours. Comes before `matmul.wgsl`.

// Where this thread's own rows of four blocks of A lie: row `lane` of each.
fn quadCursor(m: u32, lane: u32) -> vec4u {
  if (LAYOUT == 2u) { return min(m / 4u + four, vec4u(p.m / 4u - 1u)) + lane * (p.m / 4u); } // A is [K, M]
  return min(m + lane + 4u * four, vec4u(p.m - 1u)) * (p.k / 4u);
}

// As `aBlock`, by the quad together.
fn quadBlock(at: u32, k: u32) -> mat4x4f {
  let mine = select(vec4f(), a[at], LAYOUT != 2u || k < p.k); // rows beyond K count as zero
  let rows = mat4x4f(
    quadBroadcast(mine, 0u), quadBroadcast(mine, 1u), quadBroadcast(mine, 2u), quadBroadcast(mine, 3u));
  if (LAYOUT == 2u) { return transpose(rows); }
  return rows;
}

// No thread leaves early: its neighbours need what it loads. What lies beyond M or N is not stored.
@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile16x8(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) thread: u32) {
  let lane = thread % 4u;
  let m = id.y * 16u;
  let n = id.x * 8u;
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  var sum20 = mat4x4f();
  var sum21 = mat4x4f();
  var sum30 = mat4x4f();
  var sum31 = mat4x4f();
  var ai = quadCursor(m, lane);
  var b0 = bCursor(n);
  var b1 = bCursor(n + 4u);
  for (var k = 0u; k < p.k; k += 4u) {
    let left = bBlock(b0, k);
    let right = bBlock(b1, k);
    let rows0 = quadBlock(ai.x, k + lane);
    sum00 += left * rows0;
    sum01 += right * rows0;
    let rows1 = quadBlock(ai.y, k + lane);
    sum10 += left * rows1;
    sum11 += right * rows1;
    let rows2 = quadBlock(ai.z, k + lane);
    sum20 += left * rows2;
    sum21 += right * rows2;
    let rows3 = quadBlock(ai.w, k + lane);
    sum30 += left * rows3;
    sum31 += right * rows3;
    ai += aAdvance();
    b0 += bAdvance();
    b1 += bAdvance();
  }
  storeBlock(m, n, sum00);
  storeBlock(m, n + 4u, sum01);
  storeBlock(m + 4u, n, sum10);
  storeBlock(m + 4u, n + 4u, sum11);
  storeBlock(m + 8u, n, sum20);
  storeBlock(m + 8u, n + 4u, sum21);
  storeBlock(m + 12u, n, sum30);
  storeBlock(m + 12u, n + 4u, sum31);
}
