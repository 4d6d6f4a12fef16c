/** A server that speaks chat completions, as a form or a command line offers it. */
export interface JudgeServerPreset {
  /** Stable; `herl grade --judge ID` takes it for the address. */
  readonly id: string;
  readonly name: string;
  /** The base address as the server is installed, for `judge.url`. */
  readonly url: string;
  /** Whether it asks for a key as it is installed. */
  readonly needsKey: boolean;
  /** What a page of another origin needs before it may call the server. The command line needs none of it. */
  readonly cors: string;
}

/** Servers whose addresses are known. Any other that speaks the protocol will do. */
export const judgeServers: readonly JudgeServerPreset[] = [
  {
    id: "ollama",
    name: "Ollama",
    url: "http://localhost:11434/v1",
    needsKey: false,
    cors: "Pages on localhost may call it. For another one, start it with OLLAMA_ORIGINS set to the page's origin.",
  },
  {
    id: "llama.cpp",
    name: "llama.cpp server",
    url: "http://localhost:8080/v1",
    needsKey: false,
    cors: "Every page may call it unless --cors-origins says otherwise (versions since July 2026 have it).",
  },
  {
    id: "lmstudio",
    name: "LM Studio",
    url: "http://localhost:1234/v1",
    needsKey: false,
    cors: "Off until switched on: Enable CORS in the server's settings, or lms server start --cors.",
  },
  {
    id: "vllm",
    name: "vLLM",
    url: "http://localhost:8000/v1",
    needsKey: false,
    cors: "Every page may call it unless --allowed-origins says otherwise.",
  },
  {
    id: "openai",
    name: "OpenAI",
    url: "https://api.openai.com/v1",
    needsKey: true,
    cors: "Nothing to set; if the browser is refused, use the command line.",
  },
  {
    id: "openrouter",
    name: "OpenRouter",
    url: "https://openrouter.ai/api/v1",
    needsKey: true,
    cors: "Nothing to set; if the browser is refused, use the command line.",
  },
];
