import { methodNames, ownSettings } from "../text/run_name";
import type { Series } from "./entries";

export interface SeriesNames {
  /** By the series' id: in what it differs from the others. */
  readonly names: ReadonlyMap<string, string>;
  /** What all have in common, said once; empty for no series. */
  readonly common: string;
}

/** Names series by their method and the settings in which they differ. */
export function seriesNames(series: readonly Series[]): SeriesNames {
  const all = series.map((one) => new Map(attributesOf(one)));
  const labels = [...new Set(all.flatMap((attributes) => [...attributes.keys()]))];
  // Where it is from stands last, whatever settings come later.
  labels.sort((a, b) => Number(a === "from") - Number(b === "from"));
  const shown = labels.filter(
    (label) => label === "method" || new Set(all.map((of) => of.get(label))).size > 1,
  );
  const tell = (label: string, value: string) => (plain.has(label) ? value : `${label} ${value}`);
  const words = all.map((of) =>
    shown.flatMap((label) => (of.has(label) ? [tell(label, of.get(label)!)] : [])).join(", "),
  );
  const names = series.map((one, i) => {
    const isTaken = words.indexOf(words[i]) !== words.lastIndexOf(words[i]);
    if (!isTaken) return words[i];
    return one.arm ? `${words[i]}, ${one.arm.part}: ${one.arm.arm}` : `${words[i]}, ${one.id}`;
  });
  const common = labels
    .filter((label) => !shown.includes(label))
    .map((label) => tell(label, all[0].get(label)!));
  return {
    names: new Map(series.map(({ id }, i) => [id, names[i]])),
    common: common.join(", "),
  };
}

/** Attributes whose value says what it is of. */
const plain: ReadonlySet<string> = new Set(["method", "preset", "from", "backend"]);

/** Settings of what is measured and kept on the way: they change no run. */
const isAside = (key: string): boolean =>
  key.startsWith("evaluation.") ||
  ["model", "measureTransfer", "analyzeEvery", "checkpointEvery", "snapshotEvery"].includes(key);

function attributesOf({ entries, origin }: Series): [label: string, value: string][] {
  const { config, backend } = entries[0];
  return [
    ["method", methodNames[config.variant]],
    ["preset", config.preset],
    ["model", config.model],
    ["backend", backend],
    ...ownSettings(config).filter(([key]) => !isAside(key)),
    ["from", origin === "published" ? "published" : "this browser"],
  ];
}
