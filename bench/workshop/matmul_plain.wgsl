// The plain kernel that others are measured against: C = A · B, one thread a 4 × 4 tile of C, vectors along the rows
// of B. Sizes are multiples of 32, no edges, no layouts. On SwiftShader it is bound by its loads: 8 vectors for 16
// products of vectors. (The numbered steps from here to kernels/matmul are in docs/log.md.)
struct Sizes {
  n4: u32, // columns of B, in vectors
  k4: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
@group(1) @binding(0) var<uniform> p: Sizes;

@compute @workgroup_size(8, 8)
fn plain(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y * 4u;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k = 0u; k < p.k4; k++) {
    let b0 = b[(4u * k) * p.n4 + id.x];
    let b1 = b[(4u * k + 1u) * p.n4 + id.x];
    let b2 = b[(4u * k + 2u) * p.n4 + id.x];
    let b3 = b[(4u * k + 3u) * p.n4 + id.x];
    let x0 = a[row * p.k4 + k];
    let x1 = a[(row + 1u) * p.k4 + k];
    let x2 = a[(row + 2u) * p.k4 + k];
    let x3 = a[(row + 3u) * p.k4 + k];
    s0 += x0.x * b0 + x0.y * b1 + x0.z * b2 + x0.w * b3;
    s1 += x1.x * b0 + x1.y * b1 + x1.z * b2 + x1.w * b3;
    s2 += x2.x * b0 + x2.y * b1 + x2.z * b2 + x2.w * b3;
    s3 += x3.x * b0 + x3.y * b1 + x3.z * b2 + x3.w * b3;
  }
  c[row * p.n4 + id.x] = s0;
  c[(row + 1u) * p.n4 + id.x] = s1;
  c[(row + 2u) * p.n4 + id.x] = s2;
  c[(row + 3u) * p.n4 + id.x] = s3;
}
