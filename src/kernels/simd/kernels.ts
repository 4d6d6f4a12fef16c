/** The exports of the WebAssembly module; the sources are the `*.as.ts` files of the kernels. Pointers are bytes. */
export interface SimdKernels {
  heapStart(): number;
  expArray(x: number, y: number, length: number): void;
  matmulScratchBytes(): number;
  matmul(...parameters: number[]): void;
  logitStatistics(...parameters: number[]): void;
  logitResults(...parameters: number[]): void;
  logitGradient(...parameters: number[]): void;
  sampleLogits(...parameters: number[]): void;
  attention(...parameters: number[]): void;
  attentionBackward(...parameters: number[]): void;
  swiglu(gate: number, up: number, out: number, length: number): void;
  swigluBackward(...pointersAndLength: number[]): void;
}
