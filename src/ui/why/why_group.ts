import type { AdvantageConfig, BonusConfig, ObjectiveConfig, ProcessConfig } from "../../herl/config";
import { rewardTolerance } from "../../herl/group";
import type { GroupView, ItemView, ResponseView } from "../../runs/protocol";
import { explanation, operand, precise, responseName, sumText, total, type Explanation } from "./explanation";
import { scoreReward, segmentAdvantage } from "./why_scores";

/** What the advantages of a group depend on: `RunConfig` has it. */
export interface GroupConfig {
  readonly bonus: BonusConfig;
  readonly advantage: AdvantageConfig;
  readonly objective: Pick<ObjectiveConfig, "loss">;
  readonly process: Pick<ProcessConfig, "scores" | "norm">;
}

/** Equation (4), with the items that were met. */
export function reward({
  response,
  items,
}: {
  readonly response: ResponseView;
  readonly items: readonly ItemView[];
}): Explanation {
  if (response.segments) return scoreReward(response, response.segments);
  const verdicts = response.verdicts ?? [];
  const { replayed } = response;
  const weights = (polarity: ItemView["polarity"], status?: "satisfied" | "unmet") =>
    items.flatMap((item, i) =>
      (!replayed || replayed.items.includes(i)) &&
      item.polarity === polarity &&
      (!status || verdicts[i]?.status === status)
        ? [item.weight]
        : [],
    );
  const [wanted, met] = [weights("want"), weights("want", "satisfied")];
  const [pitfalls, present] = [weights("avoid"), weights("avoid", "unmet")];
  const hasPitfalls = pitfalls.length > 0;
  const value = precise(response.reward!);
  const less = present.map((weight) => ` − ${precise(weight)}`).join("");
  let [formula, left] = ["R = satisfied weight / total weight", `(${sumText(met)}) / (${sumText(wanted)})`];
  if (wanted.length === 0) {
    formula = "R = 1 − weight of the pitfalls that are there / total weight";
    left = `1 − (${sumText(present)}) / (${sumText(pitfalls)})`;
  } else if (hasPitfalls) {
    formula = "R = (satisfied weight − weight of the pitfalls that are there) / total weight, within 0 and 1";
    left = `max(0, (${sumText(met)}${less}) / (${sumText(wanted)}))`;
  }
  return explanation({
    title: `Reward of ${responseName(response)}`,
    equation: "(4)",
    formula,
    filled: [`${left} = ${value}`],
    table: {
      columns: ["item", "weight", "verdict"],
      rows: items.map(({ text, weight, polarity, verifier }, i) => [
        `${polarity === "avoid" ? "Avoid: " : ""}${text}`,
        weight,
        replayed && !replayed.items.includes(i)
          ? "not asked for"
          : `${verdictWord(polarity, verdicts[i]?.status)}, by ${verifier ?? "a judge"}`,
      ]),
    },
    note: replayed
      ? "Its instruction was cut down to what the draft satisfied (HiR), and it was graded after that one."
      : null,
    source: ["src/herl/reward.ts", "rubricReward"],
  });
}

function verdictWord(polarity: ItemView["polarity"], status: string | undefined): string {
  if (status === "satisfied") return polarity === "avoid" ? "avoided" : "met";
  return status === "unmet" ? (polarity === "avoid" ? "there" : "not met") : "unknown";
}

/** Equation (8): the bonus of a draft from its best revision. */
export function bonus({
  response,
  group,
  config,
}: {
  readonly response: ResponseView;
  readonly group: GroupView;
  readonly config: GroupConfig;
}): Explanation {
  const { alpha, clipAtZero, when } = config.bonus;
  const revised = group.responses.flatMap(({ source, draft, reward }) =>
    source === "revision" && draft === response.index && reward !== null ? [reward] : [],
  );
  const left = `${precise(alpha)} × (${precise(Math.max(...revised))} − ${precise(response.reward!)})`;
  return explanation({
    title: `Bonus of ${responseName(response)}`,
    equation: "(8)",
    formula: clipAtZero ? "max(0, α (r̃ − r))" : "α (r̃ − r)",
    filled: [`${clipAtZero ? `max(0, ${left})` : left} = ${precise(response.bonus)}`],
    note: `r̃ is the reward of its revision. It is added to the ${when === "before" ? "reward before" : "advantage after"} normalisation.`,
    source: ["src/herl/advantage.ts", "bonuses"],
  });
}

interface GroupRow {
  readonly response: ResponseView;
  /** What mean and deviation are taken over. */
  readonly reward: number;
}

/** The rows that take part in the update. */
const rowsOf = ({ responses }: GroupView, { bonus: { when } }: GroupConfig): GroupRow[] =>
  responses.flatMap((response) =>
    response.advantage === null || response.reward === null
      ? []
      : [
          {
            response,
            reward: response.reward + (response.overlong ?? 0) + (when === "before" ? response.bonus : 0),
          },
        ],
  );

function tableOf(rows: readonly GroupRow[], withBonus: boolean): Explanation["table"] {
  const isLong = rows.some(({ response }) => response.overlong);
  const added = [...(withBonus ? ["bonus"] : []), ...(isLong ? ["length penalty"] : [])];
  return {
    columns: ["row", "reward", ...(added.length > 0 ? [`with ${added.join(" and ")}`] : []), "advantage"],
    rows: rows.map(({ response, reward }) => [
      responseName(response),
      response.reward,
      ...(added.length > 0 ? [reward] : []),
      response.advantage,
    ]),
  };
}

/** DAPO's soft overlong penalty, where some row has one. */
const lengthNote = (rows: readonly GroupRow[]): string =>
  rows.some(({ response }) => response.overlong)
    ? " The length penalty of a row is min(0, (L_max − L_c − |τ|) / L_c), L_max the longest response and L_c sampling.overlongTokens."
    : "";

/** The dashed line: mean reward of the rows of a group, bonus included. */
export function mean({
  group,
  config,
}: {
  readonly group: GroupView;
  readonly config: GroupConfig;
}): Explanation {
  const rows = rowsOf(group, config);
  const value = total(rows.map(({ reward }) => reward)) / rows.length;
  return explanation({
    title: "Mean reward of the group",
    equation: "(10)",
    formula: "mean = Σ r / rows",
    filled: [`(${sumText(rows.map(({ reward }) => reward))}) / ${rows.length} = ${precise(value)}`],
    table: tableOf(
      rows,
      rows.some(({ response }) => response.bonus !== 0),
    ),
    note:
      `${
        config.advantage.baseline === "rollouts"
          ? "This run takes advantages over the rollouts only, without the revision."
          : ""
      }${lengthNote(rows)}`.trim() || null,
    source: ["src/runs/views.ts", "groupView"],
  });
}

/** Equation (10), with the rows of the group. */
export function advantage({
  response,
  group,
  config,
}: {
  readonly response: ResponseView;
  readonly group: GroupView;
  readonly config: GroupConfig;
}): Explanation {
  if (response.segments && config.process.scores === "segments")
    return segmentAdvantage(response, response.segments, config.process);
  const { std, stdFloor, baseline } = config.advantage;
  const rows = rowsOf(group, config);
  const all = rows.map(({ reward }) => reward);
  const withBonus = rows.some(({ response: { bonus } }) => bonus !== 0);
  const common = {
    title: `Advantage of ${responseName(response)}`,
    equation: "(10)",
    table: tableOf(rows, withBonus && config.bonus.when === "before"),
    source: ["src/herl/advantage.ts", "groupAdvantages"] as const,
  };
  const value = precise(response.advantage!);
  const { loss } = config.objective;
  if (loss !== "policyGradient")
    return explanation({
      ...{
        ...common,
        equation: null,
        formula: lossAdvantages[loss].formula,
        filled: [`${value} = ${value}`],
      },
      ...{ note: lossAdvantages[loss].note, source: ["src/herl/advantage.ts", "groupRows"] },
    });
  const after = config.bonus.when === "after" && response.bonus !== 0 ? response.bonus : null;
  const plus = after === null ? "" : ` + ${operand(after)}`;
  if (all.length < 2 || !isSpread(all))
    return explanation({
      ...common,
      formula: "A = 0 where the rewards span less than 1e−6",
      filled: [`0${plus} = ${value}`],
      note: "A group that differs in nothing says nothing about what is better.",
    });
  const rollouts = rows.flatMap(({ response: { source }, reward }) => (source === "rollout" ? [reward] : []));
  const base = baseline === "rollouts" && rollouts.length > 0 ? rollouts : all;
  const average = total(base) / base.length;
  const deviation = std === "none" ? 1 : deviationOf(isSpread(base) ? base : all, std);
  // Rewards that hardly differ are divided by almost nothing: digits further back then count.
  const digits = deviation < 0.02 ? 9 : 6;
  const own = rows.find((row) => row.response === response)?.reward ?? response.reward!;
  const above = `${precise(own, digits)} − ${operand(average, digits)}`;
  if (std === "none")
    return explanation({ ...common, formula: "A = r − mean", filled: [`${above}${plus} = ${value}`] });
  const isFloored = stdFloor > deviation;
  return explanation({
    ...common,
    formula: `A = (r − mean) / (std + 1e−6)${after === null ? "" : " + bonus"}`,
    filled: [`(${above}) / (${precise(Math.max(deviation, stdFloor), digits)} + 1e−6)${plus} = ${value}`],
    note: `Mean and ${std} deviation are those of ${base === all ? `the ${all.length} rows` : `the ${base.length} rollouts`} above${isFloored ? "; the deviation is held at its floor" : ""}.${lengthNote(rows)}`,
  });
}

/** SFT and DPO compare no rewards within the group. */
const lossAdvantages = {
  crossEntropy: {
    formula: "A = 1",
    note: "SFT makes every token of every reference likelier by the same weight, whatever its reward.",
  },
  preference: {
    formula: "A = 1 for the chosen response, −1 for the rejected one",
    note: "DPO raises the margin between the two; how hard it pushes is in each token's weight.",
  },
} as const;

const isSpread = (rewards: readonly number[]): boolean =>
  Math.max(...rewards) - Math.min(...rewards) >= rewardTolerance;

function deviationOf(values: readonly number[], std: "sample" | "population"): number {
  const average = total(values) / values.length;
  const squares = total(values.map((value) => (value - average) * (value - average)));
  return Math.sqrt(squares / (std === "sample" ? values.length - 1 : values.length));
}
