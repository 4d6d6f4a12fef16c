// Logits below a row's threshold become impossible. One workgroup a row; thresholds are found by bisection over the bits
// of floats, whose order is made that of integers: 32 passes for the k-th largest logit, 32 for the mass of the nucleus.

struct Parameters {
  rows: u32,
  vocab: u32,
  topK: u32, // 0: no limit
  topP: f32, // 1: no limit
  logMinP: f32, // 1: no limit
  impossible: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(0) var<storage, read_write> logits: array<f32>;

const threads = 64u;
var<workgroup> sums: array<f32, 64>;
var<workgroup> total: f32;

// Larger floats have larger keys.
fn keyOf(z: f32) -> u32 {
  let bits = bitcast<u32>(z);
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn floatOf(key: u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, key >= 0x80000000u));
}

fn addUp(thread: u32, value: f32) -> f32 {
  sums[thread] = value;
  workgroupBarrier();
  if (thread == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < threads; i++) { sum += sums[i]; }
    total = sum;
  }
  return workgroupUniformLoad(&total);
}

fn largest(thread: u32, value: f32) -> f32 {
  sums[thread] = value;
  workgroupBarrier();
  if (thread == 0u) {
    var most = sums[0];
    for (var i = 1u; i < threads; i++) { most = max(most, sums[i]); }
    total = most;
  }
  return workgroupUniformLoad(&total);
}

// What the logits from a key on count, or weigh.
fn above(thread: u32, first: u32, key: u32, most: f32, weighs: bool) -> f32 {
  var sum = 0.0;
  for (var v = thread; v < p.vocab; v += threads) {
    let z = logits[first + v];
    if (keyOf(z) >= key) { sum += select(1.0, exp(z - most), weighs); }
  }
  return addUp(thread, sum);
}

// The largest key from which on they reach `wanted`, at least `least`.
fn threshold(thread: u32, first: u32, least: u32, wanted: f32, most: f32, weighs: bool) -> u32 {
  var low = least;
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    let key = low | bit;
    // Keys below the least one were tried before; a bit that is set already is no step.
    if (key == low) { continue; }
    if (above(thread, first, key, most, weighs) >= wanted) { low = key; }
  }
  return low;
}

@compute @workgroup_size(64)
fn truncate(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = group.x * p.vocab;
  var most = logits[first];
  for (var v = thread; v < p.vocab; v += threads) { most = max(most, logits[first + v]); }
  most = largest(thread, most);
  var key = 0u;
  if (p.topK > 0u && p.topK < p.vocab) { key = threshold(thread, first, 0u, f32(p.topK), most, false); }
  if (p.topP < 1.0) {
    let wanted = p.topP * above(thread, first, key, most, true);
    key = max(key, threshold(thread, first, 0u, wanted, most, true));
  }
  var least = floatOf(key);
  if (key == 0u) { least = p.impossible; }
  if (p.logMinP <= 0.0) { least = max(least, most + p.logMinP); }
  for (var v = thread; v < p.vocab; v += threads) {
    if (logits[first + v] < least) { logits[first + v] = p.impossible; }
  }
}
