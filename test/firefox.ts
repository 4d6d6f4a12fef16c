/**
 * A Firefox over WebDriver BiDi: as much of the protocol as the tests need.
 * Source: W3C, WebDriver BiDi (session.new, browsingContext.create, browsingContext.navigate, script.evaluate,
 * input.performActions).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

interface Reply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
}

/** What `script.evaluate` answers. */
interface Evaluated {
  readonly type: "success" | "exception";
  readonly result?: { readonly type: string; readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** A headless Firefox with one tab. */
export class Firefox {
  private readonly process: ChildProcess;
  private readonly profile: string;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private sent = 0;
  private context = "";

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.process = process;
    this.profile = profile;
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.waiting.get(reply.id)?.(reply);
    });
  }

  /** Starts the Firefox at `path` with a profile of its own. */
  static async launch(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "herl-firefox-"));
    const process = spawn(path, [
      "--headless",
      "--no-remote",
      "--profile",
      profile,
      "--remote-debugging-port",
      "0",
    ]);
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      process.stderr.on("data", (data: Buffer) => {
        said += data.toString();
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
        if (found) resolve(found[1]);
      });
      process.on("error", reject);
      process.on("exit", () => reject(new Error(`Firefox ended: ${said}`)));
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    const firefox = new Firefox(process, profile, socket);
    await firefox.command("session.new", { capabilities: {} });
    firefox.context = (await firefox.command("browsingContext.create", { type: "tab" }))["context"] as string;
    return firefox;
  }

  private async command(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.sent;
    const reply = new Promise<Reply>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error, message } = await reply;
    this.waiting.delete(id);
    if (!result) throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  /** Opens a page and waits until it has loaded. */
  async open(url: string): Promise<void> {
    await this.command("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  /** Evaluates an expression in the page, waits for its promise, and returns its value, which must be JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = (await this.command("script.evaluate", {
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
      target: { context: this.context },
      awaitPromise: true,
    })) as unknown as Evaluated;
    if (answer.type === "exception") throw new Error(answer.exceptionDetails!.text);
    return JSON.parse(answer.result!.value!) as T;
  }

  /** Presses and releases a key on what has the focus. */
  async press(key: string): Promise<void> {
    const actions = [
      { type: "keyDown", value: key },
      { type: "keyUp", value: key },
    ];
    await this.command("input.performActions", {
      context: this.context,
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.on("exit", resolve));
    await this.command("browser.close", {}).catch(() => this.process.kill());
    await ended;
    this.socket.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
