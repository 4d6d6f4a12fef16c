enable subgroups;
// A tile of 16 × 8 for adapters that run four threads at a time, as software adapters do: there every load costs as
// much as several products. The four threads of a quad work on the same rows, so each loads one row in four of a block
// of A and gets the others from its neighbours. Comes before `matmul.wgsl`.

alias Rows = array<mat4x4f, 2>; // results in four rows and eight columns

// Where this thread's own rows of four blocks of A lie: row `lane` of each.
fn quadCursor(m: u32, lane: u32, width: u32) -> vec4u {
  return min(m + lane + 4u * four, vec4u(p.m - 1u)) * width;
}

fn aQuadCursor(m: u32, lane: u32) -> vec4u {
  if (LAYOUT == 2u) { return min(m / 4u + four, vec4u(p.m / 4u - 1u)) + lane * (p.m / 4u); } // A is [K, M]
  return quadCursor(m, lane, p.k / 4u);
}

// A block from the rows that the threads of a quad have loaded.
fn quadBlock(mine: vec4f) -> mat4x4f {
  return mat4x4f(
    quadBroadcast(mine, 0u), quadBroadcast(mine, 1u), quadBroadcast(mine, 2u), quadBroadcast(mine, 3u));
}

fn aQuadBlock(at: u32, k: u32) -> mat4x4f {
  if (LAYOUT != 2u) { return quadBlock(a[at]); }
  return transpose(quadBlock(select(vec4f(), a[at], k < p.k))); // rows beyond K count as zero
}

fn addProducts(sum: ptr<function, Rows>, left: mat4x4f, right: mat4x4f, rows: mat4x4f) {
  (*sum)[0] += left * rows;
  (*sum)[1] += right * rows;
}

fn storeProducts(m: u32, n: u32, products: Rows) {
  storeScaled(m, n, p.scale * products[0]);
  storeScaled(m, n + 4u, p.scale * products[1]);
}

// No thread leaves early: its neighbours need what it loads. What lies beyond M or N is not stored.
@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile16x8(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) thread: u32) {
  let lane = thread % 4u;
  let m = id.y * 16u;
  let n = id.x * 8u;
  var sum0: Rows;
  var sum1: Rows;
  var sum2: Rows;
  var sum3: Rows;
  var ai = aQuadCursor(m, lane);
  var b0 = bCursor(n);
  var b1 = bCursor(n + 4u);
  for (var k = 0u; k < p.k; k += 4u) {
    let left = bBlock(b0, k);
    let right = bBlock(b1, k);
    addProducts(&sum0, left, right, aQuadBlock(ai.x, k + lane));
    addProducts(&sum1, left, right, aQuadBlock(ai.y, k + lane));
    addProducts(&sum2, left, right, aQuadBlock(ai.z, k + lane));
    addProducts(&sum3, left, right, aQuadBlock(ai.w, k + lane));
    ai += aAdvance();
    b0 += bAdvance();
    b1 += bAdvance();
  }
  if (RANK > 0u) {
    let low = quadCursor(m, lane, RANK / 4u);
    for (var r = 0u; r < RANK; r += 4u) {
      let i = low + r / 4u;
      let left = p.lowScale / p.scale * lowColumns(n, r);
      let right = p.lowScale / p.scale * lowColumns(n + 4u, r);
      addProducts(&sum0, left, right, quadBlock(lowA[i.x]));
      addProducts(&sum1, left, right, quadBlock(lowA[i.y]));
      addProducts(&sum2, left, right, quadBlock(lowA[i.z]));
      addProducts(&sum3, left, right, quadBlock(lowA[i.w]));
    }
  }
  storeProducts(m, n, sum0);
  storeProducts(m + 4u, n, sum1);
  storeProducts(m + 8u, n, sum2);
  storeProducts(m + 12u, n, sum3);
}
