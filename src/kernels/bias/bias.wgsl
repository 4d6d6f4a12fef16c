// out[t, n] += bias[n], and gradBias[n] += Σ_t gradOut[t, n].

struct Parameters {
  rows: u32,
  cols: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;

@group(0) @binding(0) var<storage, read> bias: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.cols) { out[id.y * p.cols + id.x] += bias[id.x]; }
}

// One column a thread.
@group(0) @binding(0) var<storage, read> gradOut: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradBias: array<f32>;

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  var sum = gradBias[id.x];
  for (var row = 0u; row < p.rows; row++) { sum += gradOut[row * p.cols + id.x]; }
  gradBias[id.x] = sum;
}
