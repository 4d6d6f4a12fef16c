/** The report of IFEval's evaluation code: how many prompts and instructions were followed, strictly and loosely. */

/** One response's verdicts, an instruction each; null where it could not be decided. */
export interface GradedPrompt {
  readonly ids: readonly string[];
  readonly strict: readonly (boolean | null)[];
  readonly loose: readonly (boolean | null)[];
}

export interface Share {
  followed: number;
  total: number;
}

/** The shares in one sense, strict or loose. */
export interface SenseReport {
  /** Prompts whose instructions are all followed. */
  readonly prompts: Share;
  /** Instructions, all prompts together. */
  readonly instructions: Share;
  /** By the part of the id before the colon, and by the whole id; in alphabetical order. */
  readonly byGroup: Readonly<Record<string, Share>>;
  readonly byId: Readonly<Record<string, Share>>;
}

export interface InstructionReport {
  readonly strict: SenseReport;
  readonly loose: SenseReport;
  /** Instructions that could not be decided; they count in no share, nor do their prompts. */
  readonly unknown: number;
}

/** Sums up graded prompts as the published evaluation code does. */
export function instructionReport(graded: readonly GradedPrompt[]): InstructionReport {
  return {
    strict: senseReport(graded, "strict"),
    loose: senseReport(graded, "loose"),
    unknown: graded.flatMap(({ strict }) => strict).filter((followed) => followed === null).length,
  };
}

function senseReport(graded: readonly GradedPrompt[], sense: "strict" | "loose"): SenseReport {
  const prompts = { followed: 0, total: 0 };
  const instructions = { followed: 0, total: 0 };
  const byGroup: Record<string, Share> = {};
  const byId: Record<string, Share> = {};
  const add = (share: Share, followed: boolean): void => {
    share.total++;
    if (followed) share.followed++;
  };
  for (const prompt of graded) {
    const verdicts = prompt[sense];
    if (!verdicts.includes(null)) add(prompts, !verdicts.includes(false));
    verdicts.forEach((followed, index) => {
      if (followed === null) return;
      const id = prompt.ids[index];
      add(instructions, followed);
      add((byGroup[id.split(":")[0]] ??= { followed: 0, total: 0 }), followed);
      add((byId[id] ??= { followed: 0, total: 0 }), followed);
    });
  }
  return { prompts, instructions, byGroup: sorted(byGroup), byId: sorted(byId) };
}

const sorted = (shares: Record<string, Share>): Record<string, Share> =>
  Object.fromEntries(Object.entries(shares).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The report as lines of text: a row for all prompts, all instructions, each group and each id. */
export function reportText({ strict, loose, unknown }: InstructionReport): string {
  const rows: [string, Share, Share][] = [
    ["prompts", strict.prompts, loose.prompts],
    ["instructions", strict.instructions, loose.instructions],
    ...(["byGroup", "byId"] as const).flatMap((level) =>
      Object.keys(strict[level]).map((name): [string, Share, Share] => [
        level === "byId" ? `  ${name}` : name,
        strict[level][name],
        loose[level][name],
      ]),
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, ...shares]) => name.padEnd(width) + shares.map(shareText).join("   "));
  const heading = "".padEnd(width) + "   strict            loose";
  return [heading, ...lines, ...(unknown > 0 ? [`${unknown} could not be decided`] : [])].join("\n");
}

const shareText = ({ followed, total }: Share): string =>
  `${`${followed}/${total}`.padStart(9)} ${(total === 0 ? "–" : (followed / total).toFixed(4)).padStart(7)}`;
