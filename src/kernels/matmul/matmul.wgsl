// out = scale · A · B  (+ lowScale · lowA · lowB)  (+ addend, or + out)
//
// One thread computes a block of 4 × 4 results (entry `tile4x4`) or four of them (`tile8x8`) in registers. There is
// no shared memory and no barrier: on software adapters both cost more than they save, and the caches of GPUs do
// nearly as well at these sizes. Which tile is faster is for the start-up probe to find out.
//
// A step takes four values of k at once. `aBlock` holds four rows of A (column r of the matrix is A[m+r, k..k+3]) and
// `bBlock` four rows of B (column i is B[k+i, n..n+3]), so that column r of `b * a` is row r of the block's results,
// and a step is one small matrix product. A cursor of four indices per block says where its columns lie; it advances
// by a constant from step to step. K and N are multiples of 4 in the layouts NT and NN, M and N in TN.
//
// A prelude defines `bBlock` and its cursor: `matmul_float.wgsl` or `matmul_quantized.wgsl`.

struct Parameters {
  m: u32,
  n: u32,
  k: u32,
  accumulate: u32,
  scale: f32,
  lowScale: f32,
}

override LAYOUT: u32; // 0 NT, 1 NN, 2 TN
override THREADS_N: u32; // shape of a workgroup: tall where the product is narrow
override THREADS_M: u32;
override HAS_ADDEND: bool;
override RANK: u32; // of the low-rank product: 0 for none, else a multiple of 4; in the layouts NT and NN

@group(1) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<storage, read> addend: array<vec4f>; // [M, N]
@group(0) @binding(3) var<storage, read> lowA: array<vec4f>; // [M, RANK]
@group(0) @binding(4) var<storage, read> lowB: array<vec4f>; // [N, RANK] in NT, [RANK, N] in NN

const four = vec4u(0u, 1u, 2u, 3u);

// Where rows m … m + 3 of a matrix with `width` vectors a row begin. Rows beyond M repeat the last one; their results
// are not stored.
fn rowCursor(m: u32, width: u32) -> vec4u {
  return min(m + four, vec4u(p.m - 1u)) * width;
}

fn aCursor(m: u32) -> vec4u {
  if (LAYOUT == 2u) { return m / 4u + four * (p.m / 4u); } // A is [K, M]
  return rowCursor(m, p.k / 4u);
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

// Four columns of lowB and four values of its rank, as `bBlock` has them of B.
fn lowColumns(n: u32, r: u32) -> mat4x4f {
  let column = min(n, p.n - 4u);
  if (LAYOUT == 0u) {
    let i = (column + four) * (RANK / 4u) + r / 4u;
    return transpose(mat4x4f(lowB[i.x], lowB[i.y], lowB[i.z], lowB[i.w]));
  }
  let i = (r + four) * (p.n / 4u) + column / 4u;
  return mat4x4f(lowB[i.x], lowB[i.y], lowB[i.z], lowB[i.w]);
}

// The low-rank product of one block: lowA · lowB.
fn lowBlock(m: u32, n: u32) -> mat4x4f {
  var sum = mat4x4f();
  let rows = rowCursor(m, RANK / 4u);
  for (var r = 0u; r < RANK; r += 4u) {
    let i = rows + r / 4u;
    sum += lowColumns(n, r) * mat4x4f(lowA[i.x], lowA[i.y], lowA[i.z], lowA[i.w]);
  }
  return sum;
}

fn storeRow(m: u32, n: u32, row: vec4f) {
  if (m >= p.m) { return; }
  let at = (m * p.n + n) / 4u;
  var value = row;
  if (p.accumulate == 1u) { value += out[at]; }
  if (HAS_ADDEND) { value += addend[at]; }
  out[at] = value;
}

fn storeScaled(m: u32, n: u32, block: mat4x4f) {
  if (n >= p.n) { return; }
  storeRow(m, n, block[0]);
  storeRow(m + 1u, n, block[1]);
  storeRow(m + 2u, n, block[2]);
  storeRow(m + 3u, n, block[3]);
}

fn storeBlock(m: u32, n: u32, products: mat4x4f) {
  var block = p.scale * products;
  if (RANK > 0u) { block += p.lowScale * lowBlock(m, n); }
  storeScaled(m, n, block);
}

@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile4x4(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * 4u;
  let n = id.x * 4u;
  if (m >= p.m || n >= p.n) { return; }
  var sum = mat4x4f();
  var ai = aCursor(m);
  var bi = bCursor(n);
  for (var k = 0u; k < p.k; k += 4u) {
    sum += bBlock(bi, k) * aBlock(ai, k);
    ai += aAdvance();
    bi += bAdvance();
  }
  storeBlock(m, n, sum);
}

@compute @workgroup_size(THREADS_N, THREADS_M)
fn tile8x8(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * 8u;
  let n = id.x * 8u;
  if (m >= p.m || n >= p.n) { return; }
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  var a0 = aCursor(m);
  var a1 = aCursor(m + 4u);
  var b0 = bCursor(n);
  var b1 = bCursor(n + 4u);
  for (var k = 0u; k < p.k; k += 4u) {
    let left = bBlock(b0, k);
    let right = bBlock(b1, k);
    let upper = aBlock(a0, k);
    sum00 += left * upper;
    sum01 += right * upper;
    let lower = aBlock(a1, k);
    sum10 += left * lower;
    sum11 += right * lower;
    a0 += aAdvance();
    a1 += aAdvance();
    b0 += bAdvance();
    b1 += bAdvance();
  }
  storeBlock(m, n, sum00);
  storeBlock(m, n + 4u, sum01);
  storeBlock(m + 4u, n, sum10);
  storeBlock(m + 4u, n + 4u, sum11);
}
