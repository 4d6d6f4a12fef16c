import { estimateDots } from "../../figures/estimate_dots";
import { exportFigure } from "../../figures/export_figure";
import { forest } from "../../figures/forest";
import type { FigureText } from "../../figures/figure_text";
import { lightPalette } from "../../figures/light_palette";
import type { SvgNode } from "../../figures/svg";
import { claimRows, countVerdicts, progressOf, unitCount, verdictWords, type ClaimRow } from "./claim_rows";
import { measureWords, pValue } from "./measure_words";
import { commandOf, type Publication } from "./publication";
import { dotPanels, dotWords, forestPlates, measuresOfClaims } from "./result_figures";
import { budgetSentence, countSentence, differenceText, paperSays, plural, ruleSentence } from "./sentences";

/** A picture of the report, and what a reader who does not see it is told. */
interface ReportFigure {
  /** Beside the report. */
  readonly path: string;
  readonly svg: string;
  readonly words: FigureText;
}

const figureWidth = 720;

/** What is drawn of an experiment that claims nothing. */
const withoutClaims = "auc.heldout.reward";

/**
 * What readers of the repository see of an experiment: `README.md`, and the figures that it shows, by their paths in the
 * experiment's folder. The same results give the same texts.
 */
export function reportFiles({ experiment, summary }: Publication): Map<string, string> {
  const publication = { experiment, summary: summary && summary.done > 0 ? summary : null };
  const rows = claimRows(publication);
  const figures = progressOf(publication) === "none" ? [] : figuresOf(publication, rows);
  return new Map([
    ["README.md", readme(publication, rows, figures)],
    ...figures.map(({ path, svg }) => [path, svg] as const),
  ]);
}

function figuresOf(publication: Publication, rows: readonly ClaimRow[]): ReportFigure[] {
  const { name } = publication.experiment;
  const plates = forestPlates(publication, rows);
  const differences = plates.map(({ scale, groups, words, format }) =>
    figure(
      `differences${plates.length > 1 ? `-${scale}` : ""}`,
      forest(groups, figureWidth, format),
      words,
      name,
    ),
  );
  const measures = rows.length > 0 ? measuresOfClaims(rows) : [withoutClaims];
  const arms = measures.flatMap((measure) => {
    const panels = dotPanels(publication, measure);
    if (panels.length === 0) return [];
    const drawn = estimateDots(panels, figureWidth, measureWords(measure).format);
    return [figure(measure, drawn, dotWords(panels, measure).words, name)];
  });
  return [...differences, ...arms];
}

function figure(name: string, drawn: SvgNode, words: FigureText, experiment: string): ReportFigure {
  const { title, legend, caption } = words;
  const parts = { figure: drawn, title, legend, caption: `${caption} Experiment ${experiment}.` };
  const path = `figures/${name.replaceAll(/[^\w-]+/g, "-")}.svg`;
  return { path, svg: exportFigure(parts, lightPalette), words };
}

function readme(
  publication: Publication,
  rows: readonly ClaimRow[],
  figures: readonly ReportFigure[],
): string {
  const { experiment, summary } = publication;
  const { name, title, question, paper, expectation } = experiment;
  const command = `npx herl experiment ${name}`;
  const missing = commandOf(experiment);
  const check = `${command} --check`;
  const width = Math.max(missing.length, check.length) + 2;
  return `${[
    `<!-- Written by \`${command}\`. -->`,
    `# ${title}`,
    question,
    `**The paper** (${paper.where}): ${paper.says}`,
    `**What we expected**, written before it was run: ${expectation}`,
    "## What the pocket model shows",
    stateOf(publication, rows),
    ...figures.map(({ path, words }) => `![${oneLine(`${words.title}. ${words.summary}`)}](${path})`),
    ...(rows.length > 0 ? [claimTable(rows), ruleSentence(rows)] : []),
    "## Make it again",
    `\`\`\`sh\n${missing.padEnd(width)}# what is missing\n${check.padEnd(width)}# results against their digests\n\`\`\``,
    ...(summary
      ? [`${budgetSentence(summary)} Made with HeRL Playground ${summary.code_versions.join(", ")}.`]
      : []),
  ].join("\n\n")}\n`;
}

function stateOf(publication: Publication, rows: readonly ClaimRow[]): string {
  const { summary } = publication;
  if (!summary)
    return `Not run yet: ${plural(unitCount(publication), "run")} are defined, none has a result.`;
  const verdicts = rows.length > 0 ? countSentence(countVerdicts(rows)) : "";
  if (progressOf(publication) === "complete") return verdicts || `${plural(summary.done, "run")}.`;
  return `${summary.done} of ${plural(summary.units, "run")} done: everything below may still change. ${verdicts}`.trim();
}

const claimTable = (rows: readonly ClaimRow[]): string =>
  [
    ["claim", "by the paper", "we see", "difference, 95 % interval", "pairs", "p (Holm)"],
    ["---", "---", "---", "--:", "--:", "--:"],
    ...rows.map(({ claim, result, verdict }) => [
      oneLine(claim.text),
      paperSays[claim.paper],
      verdictWords[verdict],
      result ? differenceText(result, claim) : "–",
      String(result?.difference.n ?? 0),
      result ? pValue(result.adjusted) : "–",
    ]),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** For cells and descriptions of pictures: nothing in it ends them. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/[|[\]]/g, "\\$&");
