/**
 * Every error that a user can meet: a stable code, what happened, and what to do about it.
 * The codes are listed with their cures in `docs/errors.md`; a test keeps the list and the code in step.
 */
export class HerlError extends Error {
  /** Stable, for scripts and for the list in `docs/errors.md`. */
  readonly code: ErrorCode;
  /** One sentence in the imperative: what the reader can do now. */
  readonly cure: string;

  constructor(code: ErrorCode, what: string, cure: string, options?: { cause?: unknown }) {
    super(what, options);
    this.name = "HerlError";
    this.code = code;
    this.cure = cure;
  }

  /** `CODE: what happened. What to do.`, the one line that the command line prints. */
  toLine(): string {
    return `${this.code}: ${sentence(this.message)} ${sentence(this.cure)}`;
  }
}

/** A `HerlError` as plain data: what passes between threads, and into files, keeps no class. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cure: string;
}

export const plainError = ({ code, message, cure }: HerlError): PlainError => ({ code, message, cure });

/**
 * An error as it arrived from another thread: ours keep their code and their cure (`workers/thread_errors.ts`), any
 * other is given those of `fallback`.
 */
export function arrivedError(error: unknown, fallback: Pick<HerlError, "code" | "cure">): HerlError {
  const { code, cure } = { ...fallback, ...(error as Partial<HerlError> | null) };
  return new HerlError(code, error instanceof Error ? error.message : String(error), cure);
}

/** All codes, grouped by the floor that raises them. */
export const errorCodes = [
  // model files
  "GGUF_MAGIC",
  "GGUF_VERSION",
  "GGUF_TRUNCATED",
  "GGUF_HEADER",
  "GGUF_TENSOR_TYPE",
  "GGUF_TENSOR_SHAPE",
  "GGUF_TENSOR_MISSING",
  "MODEL_ARCHITECTURE",
  "MODEL_CONFIG",
  "TOKENIZER_UNSUPPORTED",
  "TOKENIZER_NO_END",
  "CHAT_TEMPLATE",
  "MODEL_SOURCE",
  "MODEL_FETCH",
  "MODEL_HASH",
  // policy
  "CONTEXT_TOO_LONG",
  "TOKEN_ID",
  "ADAPTER_MISMATCH",
  // local models
  "WEBLLM_MODEL",
  "WEBLLM_UNAVAILABLE",
  "WEBLLM_DOWNLOAD",
  "WEBLLM_FAILED",
  // compute
  "NO_ADAPTER",
  "DEVICE_LOST",
  "OUT_OF_MEMORY",
  // tasks and rubrics
  "RUBRIC_INVALID",
  "TASK_INVALID",
  "REFERENCES_MISSING",
  "VERIFIER_UNKNOWN",
  // judges
  "JUDGE_MISSING",
  "JUDGE_DOWN",
  "JUDGE_REFUSED",
  "JUDGE_BUDGET",
  // runs
  "CONFIG_INVALID",
  "CONFIG_KEY",
  "PRESET_UNKNOWN",
  "RUN_EXISTS",
  "RUN_MISSING",
  "RUN_FORMAT",
  "RUN_LOCKED",
  "RUN_MODEL_CHANGED",
  "RUN_START_MISSING",
  "RUN_TASKS_MISSING",
  "RUN_TASKS_CHANGED",
  "RUN_COLLAPSED",
  "STEP_MISSING",
  "DIGEST_DIFFERS",
  "EXPERIMENT_MISSING",
  "EXPERIMENT_FAILED",
  "EXPERIMENT_DIFFERS",
  "STORE_REFUSED",
  "STORE_FULL",
  // files
  "FILE_MISSING",
  "FILE_FORMAT",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
