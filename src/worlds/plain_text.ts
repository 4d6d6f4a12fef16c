/** An instruction and a response to it as a model's own pre-training would have given it. */
export interface PlainText {
  readonly instruction: string;
  readonly response: string;
}
