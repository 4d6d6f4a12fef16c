// out[rows[i]] = x[i] as eight-bit integers: per group of 32 the scale max |x| / 127, and the nearest integers. A group a
// thread.

struct Parameters {
  rows: u32,
  cols: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let groups = p.cols / 32u;
  if (id.x >= groups) { return; }
  let source = (id.y * groups + id.x) * 8u;
  let target_ = rows[id.y] * groups + id.x;
  var largest = vec4f();
  for (var i = 0u; i < 8u; i++) { largest = max(largest, abs(x[source + i])); }
  let scale = max(max(largest.x, largest.y), max(largest.z, largest.w)) / 127.0;
  scales[target_] = scale;
  for (var i = 0u; i < 8u; i++) {
    // round is to even where two are as near; clamped, since the division may end above 127.
    let integers = vec4i(clamp(round(x[source + i] / select(1.0, scale, scale > 0.0)), vec4f(-127.0), vec4f(127.0)));
    let bytes = vec4u(integers) & vec4u(255u);
    words[target_ * 8u + i] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
  }
}
