// Threefry-2x32 with 20 rounds: the same integers as random.ts (see there for the source).
// A prelude: other kernels are appended to this text.

fn rotateLeft(x: u32, bits: u32) -> u32 {
  return (x << bits) | (x >> (32u - bits));
}

fn feistel(x: vec2u, rotation: u32) -> vec2u {
  let sum = x.x + x.y;
  return vec2u(sum, rotateLeft(x.y, rotation) ^ sum);
}

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  var x = counter + key;
  x = feistel(feistel(feistel(feistel(x, 13u), 15u), 26u), 6u) + vec2u(key.y, third + 1u);
  x = feistel(feistel(feistel(feistel(x, 17u), 29u), 16u), 24u) + vec2u(third, key.x + 2u);
  x = feistel(feistel(feistel(feistel(x, 13u), 15u), 26u), 6u) + vec2u(key.x, key.y + 3u);
  x = feistel(feistel(feistel(feistel(x, 17u), 29u), 16u), 24u) + vec2u(key.y, third + 4u);
  x = feistel(feistel(feistel(feistel(x, 13u), 15u), 26u), 6u) + vec2u(third, key.x + 5u);
  return x;
}

// A uniform number in [0, 1) with 24 bits, exactly representable in f32.
fn unitFromWord(word: u32) -> f32 {
  return f32(word >> 8u) / 16777216.0;
}
