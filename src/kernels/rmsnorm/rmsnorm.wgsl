// out = weight · x̂ with x̂ = x / sqrt(mean(x²) + ε), and its gradients. One row a thread: no barrier.

struct Parameters {
  rows: u32,
  cols: u32,
  epsilon: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn reciprocalNorm(start: u32) -> f32 {
  var squares = 0.0;
  for (var i = start; i < start + p.cols; i++) { squares += x[i] * x[i]; }
  return inverseSqrt(squares / f32(p.cols) + p.epsilon);
}

// forward
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  let start = id.x * p.cols;
  let r = reciprocalNorm(start);
  for (var i = 0u; i < p.cols; i++) { out[start + i] = weight[i] * (x[start + i] * r); }
}

// backward to x: gradX += r · (g − x̂ · mean(g · x̂)) with g = weight · gradOut
@group(0) @binding(2) var<storage, read> gradOut: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradX: array<f32>;

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  let start = id.x * p.cols;
  let r = reciprocalNorm(start);
  var dot = 0.0;
  for (var i = 0u; i < p.cols; i++) { dot += weight[i] * gradOut[start + i] * (x[start + i] * r); }
  let mean = dot / f32(p.cols);
  for (var i = 0u; i < p.cols; i++) {
    gradX[start + i] += r * (weight[i] * gradOut[start + i] - (x[start + i] * r) * mean);
  }
}

// backward to the weight, in three dispatches: the norms of the rows; sums of a column over ROWS_PER_PART rows,
// one a thread; the sum of the parts.
const ROWS_PER_PART = 64u;
@group(0) @binding(1) var<storage, read_write> norms: array<f32>;

@compute @workgroup_size(64)
fn reciprocalNorms(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.rows) { norms[id.x] = reciprocalNorm(id.x * p.cols); }
}

@group(0) @binding(1) var<storage, read> knownNorms: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn weightParts(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  var sum = 0.0;
  for (var row = id.y * ROWS_PER_PART; row < min((id.y + 1u) * ROWS_PER_PART, p.rows); row++) {
    sum += gradOut[row * p.cols + id.x] * x[row * p.cols + id.x] * knownNorms[row];
  }
  parts[id.y * p.cols + id.x] = sum;
}

@group(0) @binding(1) var<storage, read_write> gradWeight: array<f32>;

// x holds the parts here, p.rows of them.
@compute @workgroup_size(64)
fn weightSum(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  var sum = gradWeight[id.x];
  for (var part = 0u; part < p.rows; part++) { sum += x[part * p.cols + id.x]; }
  gradWeight[id.x] = sum;
}
