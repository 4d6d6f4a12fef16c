// silu(gate) · up and its gradients, four numbers at a time (AssemblyScript, WebAssembly SIMD). `length` is a
// multiple of 4: the width of a feed-forward layer always is.
import { exp4 } from "../simd/exp.as";

@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

export function swiglu(gate: usize, up: usize, out: usize, length: i32): void {
  for (let i: usize = 0; i < <usize>length * 4; i += 16) {
    const g = v128.load(gate + i);
    v128.store(out + i, f32x4.mul(f32x4.mul(g, sigmoid(g)), v128.load(up + i)));
  }
}

export function swigluBackward(
  gate: usize, up: usize, gradOut: usize, gradGate: usize, gradUp: usize, length: i32,
): void {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < <usize>length * 4; i += 16) {
    const g = v128.load(gate + i);
    const s = sigmoid(g);
    const scaled = f32x4.mul(v128.load(gradOut + i), s);
    const slope = f32x4.add(one, f32x4.mul(g, f32x4.sub(one, s)));
    v128.store(gradUp + i, f32x4.mul(scaled, g));
    v128.store(gradGate + i, f32x4.mul(f32x4.mul(scaled, v128.load(up + i)), slope));
  }
}
