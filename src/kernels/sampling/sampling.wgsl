// Draws one token a row by inverting the cumulative distribution. The first half, statisticsParts of lm_head.wgsl,
// has dealt each row out to parts; here one thread a row picks the part that the random number falls in, then the
// token within it. Preludes: random.wgsl and lm_head.wgsl, whose `rowSums` this uses.

@group(0) @binding(2) var<storage, read> draws: array<vec4u>; // key, key, counter, unused
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;
override GREEDY: bool = false;

@compute @workgroup_size(64)
fn sampleRows(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  let row = id.x;
  let sums = rowSums(row);
  let first = row * p.parts;
  var token = 0xffffffffu;
  if (GREEDY) {
    for (var i = 0u; i < p.parts; i++) {
      let part = knownParts[first + i];
      if (part.x == sums.x) { token = min(token, bitcast<u32>(part.w)); }
    }
  } else {
    let unit = unitFromWord(threefry(draws[row].xy, vec2u(draws[row].z, 0u)).x);
    var left = unit * sums.y;
    var chosen = 0u;
    for (var i = 0u; i < p.parts; i++) {
      let mass = knownParts[first + i].y * exp(knownParts[first + i].x - sums.x);
      if (mass > 0.0) { chosen = i; }
      if (left < mass) { break; }
      if (i + 1u < p.parts) { left -= mass; }
    }
    for (var v = chosen; v < p.vocab; v += p.parts) {
      let mass = exp(logits[row * p.vocab + v] - sums.x);
      if (mass > 0.0) { token = v; }
      left -= mass;
      if (left < 0.0) { break; }
    }
  }
  let logSum = log(sums.y);
  ids[row] = token;
  logprobs[row] = logits[row * p.vocab + token] - sums.x - logSum;
  entropies[row] = logSum - sums.z / sums.y;
}
