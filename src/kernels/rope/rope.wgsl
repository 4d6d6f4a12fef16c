// Rotary position embedding, half-split layout: the pair (i, i + h/2) of a head turns by position · base^(−2i/h).
// One pair a thread.

struct Parameters {
  rows: u32,
  cols: u32,
  headDim: u32,
  inverse: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;

@compute @workgroup_size(64)
fn rotate(@builtin(global_invocation_id) id: vec3u) {
  let half = p.headDim / 2u;
  let pair = id.x;
  if (pair >= p.cols / 2u) { return; }
  let row = id.y;
  let i = pair % half;
  let at = row * p.cols + (pair / half) * p.headDim + i;
  let angle = positions[row] * p.headDim + i;
  let cosine = table[angle];
  let sine = select(table[angle + half], -table[angle + half], p.inverse == 1u);
  let a = x[at];
  let b = x[at + half];
  x[at] = a * cosine - b * sine;
  x[at + half] = b * cosine + a * sine;
}
