// out[m, n] = scale · Σ_k A[m, k] · B[k, n]  (+ out[m, n])
//
// One thread computes a tile of 4 × 4 (entry `tile4x4`) or 8 × 8 (`tile8x8`) results in registers. There is no
// shared memory and no barrier: on software adapters both cost more than they save, and the caches of GPUs do
// nearly as well at these sizes. Which tile is faster is for the start-up probe to find out.
//
// A step takes four values of k at once: `aBlock` holds four rows of A (vector r is A[m+r, k..k+3]) and `bBlock`
// four rows of B (vector i is B[k+i, n..n+3]), so that `b * a[r]` adds up four products for each of four results.
// A cursor of four indices per block says where its vectors lie; it advances by a constant from step to step.
// K and N are multiples of 4 in the layouts NT and NN, M and N in TN.
//
// A prelude defines `p`, `bBlock` and its cursor: `matmul_float.wgsl` or `matmul_quantized.wgsl`.

struct Parameters {
  m: u32,
  n: u32,
  k: u32,
  accumulate: u32,
  scale: f32,
}

override LAYOUT: u32; // 0 NT, 1 NN, 2 TN
override THREADS_N: u32; // shape of a workgroup: tall where the product is narrow
override THREADS_M: u32;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;

fn aCursor(m: u32) -> vec4u {
  if (LAYOUT == 2u) { return m / 4u + vec4u(0u, 1u, 2u, 3u) * (p.m / 4u); } // A is [K, M]
  // Rows beyond M repeat the last one; their results are not stored.
  return min(m + vec4u(0u, 1u, 2u, 3u), vec4u(p.m - 1u)) * (p.k / 4u);
}

fn aAdvance() -> u32 {
  return select(1u, p.m, LAYOUT == 2u);
}

fn aBlock(at: vec4u, k: u32) -> mat4x4f {
  if (LAYOUT != 2u) { return mat4x4f(a[at.x], a[at.y], a[at.z], a[at.w]); }
  let zero = vec4f(); // rows beyond K count as zero, whatever lies there
  return transpose(mat4x4f(
    a[at.x],
    select(zero, a[at.y], k + 1u < p.k),
    select(zero, a[at.z], k + 2u < p.k),
    select(zero, a[at.w], k + 3u < p.k)));
}

fn storeFour(m: u32, n: u32, sum: vec4f) {
  if (m < p.m && n < p.n) {
    let at = m * (p.n / 4u) + n / 4u;
    var value = p.scale * sum;
    if (p.accumulate == 1u) { value += out[at]; }
    out[at] = value;
  }
}

@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile4x4(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * 4u;
  let n = id.x * 4u;
  if (m >= p.m || n >= p.n) { return; }
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var ai = aCursor(m);
  var bi = bCursor(n);
  for (var k = 0u; k < p.k; k += 4u) {
    let x = aBlock(ai, k);
    let b = bBlock(bi, k);
    s0 += b * x[0];
    s1 += b * x[1];
    s2 += b * x[2];
    s3 += b * x[3];
    ai += aAdvance();
    bi += bAdvance();
  }
  storeFour(m, n, s0);
  storeFour(m + 1u, n, s1);
  storeFour(m + 2u, n, s2);
  storeFour(m + 3u, n, s3);
}

@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile8x8(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * 8u;
  let n = id.x * 8u;
  if (m >= p.m || n >= p.n) { return; }
  var s00 = vec4f(); var s01 = vec4f();
  var s10 = vec4f(); var s11 = vec4f();
  var s20 = vec4f(); var s21 = vec4f();
  var s30 = vec4f(); var s31 = vec4f();
  var s40 = vec4f(); var s41 = vec4f();
  var s50 = vec4f(); var s51 = vec4f();
  var s60 = vec4f(); var s61 = vec4f();
  var s70 = vec4f(); var s71 = vec4f();
  var ai = aCursor(m);
  var aj = aCursor(m + 4u);
  var bi = bCursor(n);
  var bj = bCursor(n + 4u);
  for (var k = 0u; k < p.k; k += 4u) {
    let b0 = bBlock(bi, k);
    let b1 = bBlock(bj, k);
    let x = aBlock(ai, k);
    s00 += b0 * x[0]; s01 += b1 * x[0];
    s10 += b0 * x[1]; s11 += b1 * x[1];
    s20 += b0 * x[2]; s21 += b1 * x[2];
    s30 += b0 * x[3]; s31 += b1 * x[3];
    let y = aBlock(aj, k);
    s40 += b0 * y[0]; s41 += b1 * y[0];
    s50 += b0 * y[1]; s51 += b1 * y[1];
    s60 += b0 * y[2]; s61 += b1 * y[2];
    s70 += b0 * y[3]; s71 += b1 * y[3];
    ai += aAdvance();
    aj += aAdvance();
    bi += bAdvance();
    bj += bAdvance();
  }
  storeFour(m, n, s00); storeFour(m, n + 4u, s01);
  storeFour(m + 1u, n, s10); storeFour(m + 1u, n + 4u, s11);
  storeFour(m + 2u, n, s20); storeFour(m + 2u, n + 4u, s21);
  storeFour(m + 3u, n, s30); storeFour(m + 3u, n + 4u, s31);
  storeFour(m + 4u, n, s40); storeFour(m + 4u, n + 4u, s41);
  storeFour(m + 5u, n, s50); storeFour(m + 5u, n + 4u, s51);
  storeFour(m + 6u, n, s60); storeFour(m + 6u, n + 4u, s61);
  storeFour(m + 7u, n, s70); storeFour(m + 7u, n + 4u, s71);
}
