import { HerlError } from "../errors";
import { variants, type Variant } from "../herl/config";
import type { BackendName } from "../compute/backend";
import type { RunConfig } from "../runs/config";
import { resolveConfig } from "../runs/presets";
import type { TokenReference } from "../runs/protocol";
import { settings } from "../runs/settings";
import { ownSettings } from "./text/run_name";

export type BackendChoice = BackendName | "auto";

export const views = ["train", "lab", "explore", "compare", "results", "theory"] as const;

/** What the page shows. */
export type View = (typeof views)[number];

/** Where to look: an instruction of the batch, and the token that was chosen to stay. */
export interface Place {
  readonly group: number;
  readonly pinned: TokenReference | null;
}

/** What a link says: enough to make the same run, and where on the page to look. */
export interface LinkedRun {
  readonly config: RunConfig;
  readonly backend: BackendChoice;
  readonly view: View;
  readonly place: Place;
  /** What the view Compare says of itself: its own parameters, unread. */
  readonly comparison?: Readonly<Record<string, string>>;
}

/** Parameters of the view Compare (`compare/address.ts`). */
const comparing = ["experiment", "show", "metrics", "x"];

const defaults = { preset: "pocket-rare", variant: "herl", seed: 0 } as const;

/** The query that `readUrl` turns back into the same run: preset, method and seed, and only the settings that differ. */
export function writeUrl({ config, backend, view, place, comparison = {} }: LinkedRun): string {
  const query = new URLSearchParams({
    preset: config.preset,
    method: config.variant,
    seed: String(config.seed),
  });
  for (const [key, value] of ownSettings(config)) query.set(key, value);
  if (backend !== "auto") query.set("backend", backend);
  if (view !== "train") query.set("view", view);
  const at = writePlace(place);
  if (at !== "0") query.set("at", at);
  if (view === "compare") for (const name in comparison) query.set(name, comparison[name]);
  return `?${query.toString()}`;
}

/**
 * The run of a query. What is wrong with it is returned beside it, with the rest of the query obeyed where that makes
 * a valid run, and the defaults where it does not. Parameters that are no settings are left alone.
 */
export function readUrl(search: string): LinkedRun & { readonly problem: HerlError | null } {
  const query = new URLSearchParams(search);
  const own = settings.flatMap(({ key }): [string, string][] => {
    const value = query.get(key);
    return value === null || key in defaults ? [] : [[key, value]];
  });
  const wanted = query.get("backend");
  const backend: BackendChoice = wanted === "cpu" || wanted === "webgpu" ? wanted : "auto";
  const request = {
    preset: query.get("preset") ?? defaults.preset,
    variant: readMethod(query.get("method")),
    seed: readSeed(query.get("seed")),
  };
  const view = readView(search);
  const place = readPlace(query.get("at"));
  let problem: HerlError | null = null;
  const attempts = [
    { ...request, settings: own },
    request,
    { ...defaults, variant: request.variant, seed: request.seed },
    defaults,
  ];
  for (const attempt of attempts) {
    try {
      return { config: resolveConfig(attempt), backend, view, place, problem };
    } catch (error) {
      if (!(error instanceof HerlError)) throw error;
      problem ??= error;
    }
  }
  throw problem ?? new Error("the defaults are always valid");
}

/** The parameters of a query that are for the view Compare. */
export function readComparison(search: string): Record<string, string> {
  const entries = [...new URLSearchParams(search)].filter(([name]) => comparing.includes(name));
  return Object.fromEntries(entries);
}

/** The view of a query; Train where it names none that exists. */
export function readView(search: string): View {
  const wanted = new URLSearchParams(search).get("view");
  return views.find((view) => view === wanted) ?? "train";
}

/** `2` is the third instruction, `2.rollout.0.13` the fourteenth token of its first response. */
const writePlace = ({ group, pinned }: Place): string =>
  pinned ? [pinned.group, pinned.source, pinned.index, pinned.token].join(".") : String(group);

function readPlace(text: string | null): Place {
  const match = /^(\d{1,4})(?:\.(rollout|revision)\.(\d{1,4})\.(\d{1,6}))?$/.exec(text ?? "");
  if (!match) return { group: 0, pinned: null };
  const group = Number(match[1]);
  if (!match[2]) return { group, pinned: null };
  const source = match[2] as TokenReference["source"];
  return { group, pinned: { group, source, index: Number(match[3]), token: Number(match[4]) } };
}

const readMethod = (text: string | null): Variant =>
  variants.find((variant) => variant === text) ?? defaults.variant;

function readSeed(text: string | null): number {
  const seed = text !== null && /^\d+$/.test(text) ? Number(text) : defaults.seed;
  return Number.isSafeInteger(seed) ? seed : defaults.seed;
}
