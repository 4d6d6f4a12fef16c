/** An independent engine with the model of a GGUF file, in a Chromium of its own. */
export function openWllama(path: string): Promise<{
  /** The greedy continuation of a text, special tokens and all, with what it took. */
  complete(
    prompt: string,
    tokens: number,
  ): Promise<{
    readonly text: string;
    readonly milliseconds: number;
    readonly timings: { readonly predicted_per_second: number; readonly prompt_per_second: number };
  }>;
  close(): Promise<void>;
}>;
