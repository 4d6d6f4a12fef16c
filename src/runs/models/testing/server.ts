/** A file server with faults, as far as `fetch` sees it. */
export interface ServerOptions {
  /** Where each answer's connection breaks, counted from its first byte; the last one holds from then on. */
  readonly breaks?: readonly number[];
  readonly ranges?: boolean;
  readonly etag?: () => string | null;
  readonly statuses?: readonly number[];
  readonly content: () => Uint8Array;
  readonly sha256?: string;
}

/** A server, as far as `fetch` sees it; `asked` has the range of every request. */
export function fakeServer({
  breaks = [],
  ranges = true,
  etag = () => '"1"',
  statuses = [],
  ...rest
}: ServerOptions) {
  const asked: (string | null)[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const count = asked.length;
    const range = new Headers(init?.headers).get("range");
    asked.push(range);
    init?.signal?.throwIfAborted();
    const status = statuses[count] ?? 200;
    if (status === 0) return Promise.reject(new TypeError("Failed to fetch"));
    if (status !== 200) return Promise.resolve(new Response(null, { status }));
    const all = rest.content();
    const start = ranges && range ? Number(/\d+/.exec(range)![0]) : 0;
    if (start >= all.length) return Promise.resolve(new Response(null, { status: 416 }));
    const headers = new Headers({ "content-length": String(all.length - start) });
    if (etag()) headers.set("etag", etag()!);
    if (rest.sha256) headers.set("x-linked-etag", `"${rest.sha256}"`);
    if (start > 0) headers.set("content-range", `bytes ${start}-${all.length - 1}/${all.length}`);
    const end = Math.min(all.length, start + (breaks[count] ?? all.length));
    let at = start;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        if (at < end) controller.enqueue(all.slice(at, (at = Math.min(end, at + 700))));
        else if (end < all.length) controller.error(new TypeError("network error"));
        else controller.close();
      },
    });
    return Promise.resolve(new Response(body, { status: start > 0 ? 206 : 200, headers }));
  };
  return { fetch: fetch as typeof globalThis.fetch, asked };
}
