// Attention over two key ranges (attention.ts has the formulas). One (query row, head) a thread, with the running
// maximum and sum of an online softmax; backward to keys and values one (key row, key head) a thread.

struct Parameters {
  rows: u32,
  factor: f32, // 1 / √headDim
}

@group(1) @binding(0) var<uniform> p: Parameters;
override HEADS: u32;
override KV_HEADS: u32;
// A prelude defines VECTORS, a head's size in vectors of four: register arrays and their loops need a constant.

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read> v: array<vec4f>;
@group(0) @binding(3) var<storage, read> ranges: array<vec4u>;

// The vectors of a query row's head, and of the key row's head that it shares.
fn queryAt(row: u32, head: u32) -> u32 { return (row * HEADS + head) * VECTORS; }
fn keyAt(row: u32, head: u32) -> u32 { return (row * KV_HEADS + head / (HEADS / KV_HEADS)) * VECTORS; }

@group(0) @binding(4) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x % p.rows; // neighbours look at the same keys
  let head = id.x / p.rows;
  if (head >= HEADS) { return; }
  let at = queryAt(row, head);
  var query: array<vec4f, VECTORS>;
  var sum: array<vec4f, VECTORS>;
  for (var d = 0u; d < VECTORS; d++) { query[d] = q[at + d] * p.factor; }
  var top = -3.4e38;
  var total = 0.0;
  let range = ranges[row];
  let promptCount = range.y - range.x;
  for (var i = 0u; i < promptCount + (range.w - range.z); i++) {
    let j = keyAt(select(range.z + i - promptCount, range.x + i, i < promptCount), head);
    var score = 0.0;
    for (var d = 0u; d < VECTORS; d++) { score += dot(query[d], k[j + d]); }
    if (score > top) { // rare after the first few keys
      let keep = exp(top - score);
      for (var d = 0u; d < VECTORS; d++) { sum[d] *= keep; }
      total *= keep;
      top = score;
    }
    let weight = exp(score - top);
    for (var d = 0u; d < VECTORS; d++) { sum[d] += weight * v[j + d]; }
    total += weight;
  }
  for (var d = 0u; d < VECTORS; d++) { out[at + d] = sum[d] / total; }
  logSumExp[row * HEADS + head] = top + log(total);
}

// Backward, first dispatch: per (query row, head) its logSumExp and D = gradOut · out, side by side.
@group(0) @binding(0) var<storage, read> knownOut: array<vec4f>;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read> knownLogSumExp: array<f32>;
@group(0) @binding(3) var<storage, read_write> sumsOut: array<vec2f>;

@compute @workgroup_size(64)
fn backwardSums(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows * HEADS) { return; }
  var product = 0.0;
  for (var i = id.x * VECTORS; i < (id.x + 1u) * VECTORS; i++) {
    product += dot(gradient[i], knownOut[i]);
  }
  sumsOut[id.x] = vec2f(knownLogSumExp[id.x], product);
}

// Second dispatch: gradQ.
@group(0) @binding(4) var<storage, read> gradOut: array<vec4f>;
@group(0) @binding(5) var<storage, read> sums: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> gradQ: array<vec4f>;

@compute @workgroup_size(64)
fn backwardQuery(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x % p.rows; // neighbours look at the same keys
  let head = id.x / p.rows;
  if (head >= HEADS) { return; }
  let at = queryAt(row, head);
  var query: array<vec4f, VECTORS>;
  var g: array<vec4f, VECTORS>;
  var sum: array<vec4f, VECTORS>;
  for (var d = 0u; d < VECTORS; d++) {
    query[d] = q[at + d] * p.factor;
    g[d] = gradOut[at + d];
  }
  let known = sums[row * HEADS + head];
  let range = ranges[row];
  let promptCount = range.y - range.x;
  for (var i = 0u; i < promptCount + (range.w - range.z); i++) {
    let j = keyAt(select(range.z + i - promptCount, range.x + i, i < promptCount), head);
    var score = 0.0;
    var product = 0.0;
    for (var d = 0u; d < VECTORS; d++) {
      score += dot(query[d], k[j + d]);
      product += dot(g[d], v[j + d]);
    }
    let ds = exp(score - known.x) * (product - known.y) * p.factor;
    for (var d = 0u; d < VECTORS; d++) { sum[d] += ds * k[j + d]; }
  }
  for (var d = 0u; d < VECTORS; d++) { gradQ[at + d] = sum[d]; }
}

// Third dispatch: gradK and gradV.
@group(0) @binding(3) var<storage, read> queryEnds: array<u32>;
@group(0) @binding(6) var<storage, read_write> gradK: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> gradV: array<vec4f>;

@compute @workgroup_size(64)
fn backwardKey(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / KV_HEADS;
  let kvHead = id.x % KV_HEADS;
  if (row >= p.rows) { return; }
  let perKv = HEADS / KV_HEADS;
  let at = id.x * VECTORS;
  var key: array<vec4f, VECTORS>;
  var value: array<vec4f, VECTORS>;
  var sumK: array<vec4f, VECTORS>;
  var sumV: array<vec4f, VECTORS>;
  for (var d = 0u; d < VECTORS; d++) {
    key[d] = k[at + d] * p.factor;
    value[d] = v[at + d];
  }
  for (var t = row; t < queryEnds[row]; t++) {
    for (var head = kvHead * perKv; head < (kvHead + 1u) * perKv; head++) {
      let query = queryAt(t, head);
      var score = 0.0;
      var product = 0.0;
      for (var d = 0u; d < VECTORS; d++) {
        score += dot(q[query + d], key[d]);
        product += dot(gradOut[query + d], value[d]);
      }
      let probability = exp(score - sums[t * HEADS + head].x);
      let ds = probability * (product - sums[t * HEADS + head].y) * p.factor;
      for (var d = 0u; d < VECTORS; d++) {
        sumK[d] += ds * q[query + d];
        sumV[d] += probability * gradOut[query + d];
      }
    }
  }
  for (var d = 0u; d < VECTORS; d++) {
    gradK[at + d] = sumK[d];
    gradV[at + d] = sumV[d];
  }
}
