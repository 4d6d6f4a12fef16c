// AdamW (adamw.ts has the formulas), four parameters a thread; and sums of squares for the gradient norm.

struct Step {
  vectors: u32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  decay: f32, // 1 − lr · λ
  stepSize: f32, // lr / (1 − β1^t)
  inverseRoot: f32, // 1 / √(1 − β2^t)
  gradientScale: f32,
  oneMinusBeta1: f32, // from double precision: 1 − 0.999 loses four digits in f32
  oneMinusBeta2: f32,
}

@group(1) @binding(0) var<uniform> p: Step;
@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> firstMoments: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> secondMoments: array<vec4f>;

@compute @workgroup_size(64)
fn step(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= p.vectors) { return; }
  let g = p.gradientScale * gradients[i];
  let m = p.beta1 * firstMoments[i] + p.oneMinusBeta1 * g;
  let v = p.beta2 * secondMoments[i] + p.oneMinusBeta2 * g * g;
  firstMoments[i] = m;
  secondMoments[i] = v;
  parameters[i] = parameters[i] * p.decay - p.stepSize * m / (sqrt(v) * p.inverseRoot + p.epsilon);
}

struct Squares {
  vectors: u32,
  parts: u32,
}

@group(1) @binding(0) var<uniform> q: Squares;
@group(0) @binding(1) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn squares(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= q.parts) { return; }
  var sum = 0.0;
  for (var i = id.x; i < q.vectors; i += q.parts) { sum += dot(gradients[i], gradients[i]); }
  parts[id.x] = sum;
}
