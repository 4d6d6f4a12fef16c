import type { Budget } from "../rubric/judge/ledger";
import type { AskedEngine } from "../rubric/judge/local_judge";
import type { JudgeAccess } from "./open_grader";

/**
 * How runs of the page reach their judges: a server with the key that was entered for its origin, or the model in the
 * page. Keys are held in memory only, for as long as the page is open.
 */
export class PageJudge implements JudgeAccess {
  /** Of the judge of the open run, where it was changed since; null otherwise. */
  budget: Budget | null = null;
  private readonly keys = new Map<string, string>();
  private port: MessagePort | null = null;
  private local: Promise<AskedEngine> | null = null;

  /** Null forgets the key. One server's key is never sent to another. */
  setKey(url: string, key: string | null): void {
    const origin = originOf(url);
    if (!origin) return;
    if (key === null || key.trim() === "") this.keys.delete(origin);
    else this.keys.set(origin, key);
  }

  readonly key = (url: string): string | null => this.keys.get(originOf(url) ?? "") ?? null;

  /** A port to the local model; null when there is none any more. */
  setLocal(port: MessagePort | null): void {
    this.port?.close();
    this.port = port;
    this.local = null;
  }

  /** Answers for the model in the page, and fetches everything else. */
  readonly fetch: typeof fetch = async (input, init) => {
    const { judgeFetch } = await import("../rubric/judge/local_judge");
    const local = await (this.local ??= this.openLocal());
    return judgeFetch(local, (...request) => fetch(...request))(input, init);
  };

  private async openLocal(): Promise<AskedEngine> {
    const { localEngine } = await import("./local_engine");
    return localEngine(this.port);
  }
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
