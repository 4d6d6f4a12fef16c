// Row lookup, row placement, and the gradient of a lookup. One number a thread, rows in y.

struct Parameters {
  rows: u32,
  cols: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;

// out[i] = table[rows[i]]
@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.cols) { out[id.y * p.cols + id.x] = table[rows[id.y] * p.cols + id.x]; }
}

// The same from a quantized table: scale · (q − zero) + offset (layout: tensor.ts).
override BITS: u32 = 8u;
override ZERO: i32 = 0;
override GROUP: u32 = 32u;
override HAS_OFFSETS: bool = false;
@group(0) @binding(2) var<storage, read> words: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read> offsets: array<f32>;

@compute @workgroup_size(64)
fn gatherQuantized(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  let e = rows[id.y] * p.cols + id.x;
  let perWord = 32u / BITS;
  let shift = (e % perWord) * BITS;
  let word = words[e / perWord];
  let integer = select(i32(extractBits(word, shift, 4u)) - ZERO, extractBits(bitcast<i32>(word), shift, 8u), BITS == 8u);
  var value = scales[e / GROUP] * f32(integer);
  if (HAS_OFFSETS) { value += offsets[e / GROUP]; }
  out[id.y * p.cols + id.x] = value;
}

// out[rows[i]] = table[i]
@compute @workgroup_size(64)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.cols) { out[rows[id.y] * p.cols + id.x] = table[id.y * p.cols + id.x]; }
}

// out[rows[j]] += Σ table[order[i]] over starts[j] ≤ i < starts[j + 1]
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;

@compute @workgroup_size(64)
fn scatterAdd(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  let at = rows[id.y] * p.cols + id.x;
  var sum = out[at];
  for (var i = starts[id.y]; i < starts[id.y + 1u]; i++) { sum += table[order[i] * p.cols + id.x]; }
  out[at] = sum;
}
