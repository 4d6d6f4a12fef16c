import { axes, comparedMetrics, firstMetrics, type Axis } from "./compared_metrics";

/** What a link says of a comparison. */
export interface ComparisonLink {
  /** A published experiment, or none. */
  readonly experiment: string | null;
  /** Ids of series; null for those that are shown by default. */
  readonly show: readonly string[] | null;
  readonly metrics: readonly string[];
  readonly axis: Axis;
}

export const firstLink: ComparisonLink = {
  experiment: null,
  show: null,
  metrics: firstMetrics,
  axis: "responses",
};

/** The parameters of a comparison, without those that are as they are at first. */
export function writeLink({ experiment, show, metrics, axis }: ComparisonLink): Record<string, string> {
  const isFirst = metrics.join() === firstMetrics.join();
  return {
    ...(experiment !== null && { experiment }),
    ...(show && { show: show.join(" ") }),
    ...(!isFirst && { metrics: metrics.join(" ") }),
    ...(axis !== firstLink.axis && { x: axis }),
  };
}

/** A comparison from parameters of any kind: what is not known is left out. */
export function readLink(parameters: Readonly<Record<string, string>>): ComparisonLink {
  const { experiment = null, show, metrics = "", x = "" } = parameters;
  const chosen = metrics.split(" ");
  const wanted = comparedMetrics.map(({ id }) => id).filter((id) => chosen.includes(id));
  return {
    experiment,
    show: show === undefined ? null : show.split(" ").filter((id) => /^[0-9a-f]{8}$/.test(id)),
    metrics: wanted.length > 0 ? wanted : firstMetrics,
    axis: Object.hasOwn(axes, x) ? (x as Axis) : firstLink.axis,
  };
}
