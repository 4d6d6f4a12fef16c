// Rows of logits: their softmax statistics and the gradient of equation (2) of the paper. No barriers: each row is
// dealt out to `parts` threads (thread i takes the tokens i, i + parts, …, so that neighbours read neighbours), and
// a second dispatch adds up the parts, one row a thread. Where a vocabulary is too large for the memory, its blocks
// come one after the other.

struct Parameters {
  rows: u32,
  vocab: u32, // tokens of the block
  parts: u32,
  first: u32, // the block's first token
  whole: u32, // 1: the block is the vocabulary
}

@group(1) @binding(0) var<uniform> p: Parameters;

// Per part: the largest logit, Σ e^(z − largest), Σ e^(z − largest) · (z − largest), and the largest one's token.
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> partSums: array<vec4f>;

@compute @workgroup_size(64)
fn statisticsParts(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.parts) { return; }
  let start = id.y * p.vocab;
  var top = logits[start + id.x];
  var token = id.x;
  for (var v = id.x + p.parts; v < p.vocab; v += p.parts) {
    let z = logits[start + v];
    if (z > top) {
      top = z;
      token = v;
    }
  }
  var sum = 0.0;
  var product = 0.0;
  for (var v = id.x; v < p.vocab; v += p.parts) {
    let z = logits[start + v] - top;
    let e = exp(z);
    sum += e;
    product += e * z;
  }
  partSums[id.y * p.parts + id.x] = vec4f(top, sum, product, bitcast<f32>(token));
}

// The largest logit of a row, Σ e^(z − largest) and Σ e^(z − largest) · (z − largest), from its parts.
@group(0) @binding(1) var<storage, read> knownParts: array<vec4f>;

fn rowSums(row: u32) -> vec3f {
  var top = knownParts[row * p.parts].x;
  for (var i = 1u; i < p.parts; i++) { top = max(top, knownParts[row * p.parts + i].x); }
  var sum = 0.0;
  var product = 0.0;
  for (var i = 0u; i < p.parts; i++) {
    let part = knownParts[row * p.parts + i];
    let shift = part.x - top;
    let scale = exp(shift);
    sum += part.y * scale;
    product += (part.z + part.y * shift) * scale;
  }
  return vec3f(top, sum, product);
}

@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> rowSoftmax: array<vec4f>; // rowSums and the unsampled tokens' sum
@group(0) @binding(4) var<storage, read_write> targetLogits: array<f32>;

// The same sums as if `top` had been subtracted.
fn relativeTo(top: f32, sums: vec4f) -> vec4f {
  let shift = sums.x - top;
  return vec4f(top, vec3f(sums.y, sums.z + sums.y * shift, sums.w) * exp(shift));
}

// Σ e^(z − top) over the tokens of the block but one, whose part is added up anew: nothing cancels.
fn sumWithout(row: u32, token: u32, top: f32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < p.parts; i++) {
    let part = knownParts[row * p.parts + i];
    if (i != token % p.parts) { sum += part.y * exp(part.x - top); }
  }
  for (var v = token % p.parts; v < p.vocab; v += p.parts) {
    if (v != token) { sum += exp(logits[row * p.vocab + v] - top); }
  }
  return sum;
}

@compute @workgroup_size(64)
fn statistics(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  let row = id.x;
  let block = rowSums(row);
  var sums = vec4f(block, block.y);
  let sampled = targets[row] - p.first;
  if (sampled < p.vocab) {
    targetLogits[row] = logits[row * p.vocab + sampled];
    sums.w = sumWithout(row, sampled, block.x);
  }
  if (p.first > 0u) {
    let before = rowSoftmax[row];
    let top = max(before.x, sums.x);
    let both = relativeTo(top, before) + relativeTo(top, sums);
    sums = vec4f(top, both.yzw);
  }
  rowSoftmax[row] = sums;
}

@group(0) @binding(0) var<storage, read> knownSoftmax: array<vec4f>;
@group(0) @binding(1) var<storage, read> knownTargetLogits: array<f32>;
@group(0) @binding(2) var<storage, read_write> unsampledMass: array<f32>;
@group(0) @binding(3) var<storage, read_write> logSumExp: array<f32>;
@group(0) @binding(4) var<storage, read_write> entropies: array<f32>;
@group(0) @binding(5) var<storage, read_write> logprobs: array<f32>;

@compute @workgroup_size(64)
fn results(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  let sums = knownSoftmax[id.x];
  let logSum = log(sums.y);
  logprobs[id.x] = knownTargetLogits[id.x] - sums.x - logSum;
  entropies[id.x] = logSum - sums.z / sums.y;
  logSumExp[id.x] = sums.x + logSum;
  unsampledMass[id.x] = sums.w / sums.y;
}

// ∂L/∂z_v = c · p_v for the unsampled tokens, and the sums of p, p² and p ln p over them, part by part.
@group(0) @binding(0) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(3) var<storage, read> knownLogSumExp: array<f32>;
@group(0) @binding(4) var<storage, read> coefficients: array<f32>;

@compute @workgroup_size(64)
fn gradientParts(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.parts) { return; }
  let start = id.y * p.vocab;
  let c = coefficients[id.y];
  let sampled = targets[id.y] - p.first;
  var sums = vec4f();
  for (var v = id.x; v < p.vocab; v += p.parts) {
    let logp = gradient[start + v] - knownLogSumExp[id.y];
    let probability = exp(logp);
    if (v == sampled) {
      sums.w = probability;
    } else {
      gradient[start + v] = c * probability;
      sums += vec4f(probability, probability * probability, probability * logp, 0.0);
    }
  }
  partSums[id.y * p.parts + id.x] = sums;
}

// ∂L/∂z_y = −c · Σ_(v≠y) p_v, and the row's statistics.
@group(0) @binding(3) var<storage, read_write> rowStatistics: array<vec4f>;
@group(0) @binding(5) var<storage, read> knownUnsampledMass: array<f32>;

@compute @workgroup_size(64)
fn gradientSums(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  var sums = vec4f();
  for (var i = 0u; i < p.parts; i++) { sums += knownParts[id.x * p.parts + i]; }
  let sampled = targets[id.x] - p.first;
  if (sampled < p.vocab) {
    let mass = select(knownUnsampledMass[id.x], sums.x, p.whole == 1u);
    gradient[id.x * p.vocab + sampled] = -coefficients[id.x] * mass;
  }
  if (p.first > 0u) { sums += rowStatistics[id.x]; }
  rowStatistics[id.x] = sums;
}
