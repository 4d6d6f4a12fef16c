// B of matmul.wgsl as floats. Beyond the last column the last four repeat; their results are not stored.
@group(0) @binding(5) var<storage, read> b: array<vec4f>;

fn bCursor(n: u32) -> vec4u {
  let start = min(n, p.n - 4u);
  if (LAYOUT == 0u) { return (start + four) * (p.k / 4u); } // B is [N, K]
  return start / 4u + four * (p.n / 4u); // B is [K, N]
}

fn bAdvance() -> u32 {
  return select(p.n, 1u, LAYOUT == 0u);
}

fn bBlock(at: vec4u, k: u32) -> mat4x4f {
  if (LAYOUT == 0u) { return transpose(mat4x4f(b[at.x], b[at.y], b[at.z], b[at.w])); }
  if (LAYOUT == 1u) { return mat4x4f(b[at.x], b[at.y], b[at.z], b[at.w]); }
  let zero = vec4f(); // rows beyond K count as zero, whatever lies there
  return mat4x4f(
    b[at.x],
    select(zero, b[at.y], k + 1u < p.k),
    select(zero, b[at.z], k + 2u < p.k),
    select(zero, b[at.w], k + 3u < p.k));
}
