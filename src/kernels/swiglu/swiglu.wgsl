// out = silu(gate) · up with silu(x) = x / (1 + e^−x), and its gradients. Four numbers a thread.

@group(1) @binding(0) var<uniform> vectors: u32;
@group(0) @binding(0) var<storage, read> gate: array<vec4f>;
@group(0) @binding(1) var<storage, read> up: array<vec4f>;

fn sigmoid(x: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-x));
}

// A dispatch is at most 65535 workgroups wide: long arrays continue in y.
fn index(id: vec3u, groups: vec3u) -> u32 {
  return id.x + id.y * groups.x * 64u;
}

@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = index(id, groups);
  if (i < vectors) { out[i] = gate[i] * sigmoid(gate[i]) * up[i]; }
}

@group(0) @binding(2) var<storage, read> gradOut: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradGate: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradUp: array<vec4f>;

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = index(id, groups);
  if (i >= vectors) { return; }
  let s = sigmoid(gate[i]);
  gradUp[i] = gradOut[i] * s * gate[i];
  gradGate[i] = gradOut[i] * s * up[i] * (1.0 + gate[i] * (1.0 - s));
}
