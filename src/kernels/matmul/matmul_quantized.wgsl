// B of matmul.wgsl as quantized integers, dequantized here: scale · (q − zero) + offset (layout: tensor.ts).
@group(0) @binding(5) var<storage, read> words: array<u32>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;
@group(0) @binding(7) var<storage, read> offsets: array<f32>;

override BITS: u32; // 8 or 4
override ZERO: i32;
override GROUP: u32; // 32 or 16
override HAS_OFFSETS: bool;

// Elements e … e + 3 of the matrix, e a multiple of 4.
fn weights(e: u32) -> vec4f {
  var integers: vec4i;
  if (BITS == 8u) {
    integers = unpack4xI8(words[e / 4u]);
  } else {
    let half = words[e / 8u] >> ((e & 4u) * 4u);
    integers = vec4i((vec4u(half) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)) - ZERO;
  }
  let group = e / GROUP;
  let value = scales[group] * vec4f(integers);
  if (HAS_OFFSETS) { return value + offsets[group]; }
  return value;
}

// The cursor counts elements here. Beyond the last column the last four repeat; their results are not stored.
fn bCursor(n: u32) -> vec4u {
  let start = min(n, p.n - 4u);
  if (LAYOUT == 0u) { return (start + four) * p.k; } // the weight is [N, K]
  return start + four * p.n; // the weight is [K, N]
}

fn bAdvance() -> u32 {
  return select(4u * p.n, 4u, LAYOUT == 0u);
}

fn bBlock(at: vec4u, k: u32) -> mat4x4f {
  let block = mat4x4f(weights(at.x), weights(at.y), weights(at.z), weights(at.w));
  if (LAYOUT == 0u) { return transpose(block); }
  return block;
}
