import type { Verifier } from "../verifier";
import { countVerifiers } from "./count";
import { csvVerifiers } from "./custom_csv";
import { listVerifiers } from "./custom_lists";
import { layoutVerifiers } from "./format_layout";
import { markVerifiers } from "./format_marks";
import { ratioVerifiers } from "./ratio";
import { repeatVerifiers } from "./repeat";
import { sentenceVerifiers } from "./sentence";
import { wordFormVerifiers } from "./word_forms";
import { wordOrderVerifiers } from "./word_order";

/**
 * The 58 rules of IFBench (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025), with the verdicts
 * of its evaluation code at commit db69a6f.
 */
export const ifbenchVerifiers: readonly Verifier[] = [
  ...countVerifiers,
  ...ratioVerifiers,
  ...wordFormVerifiers,
  ...wordOrderVerifiers,
  ...sentenceVerifiers,
  ...markVerifiers,
  ...layoutVerifiers,
  ...repeatVerifiers,
  ...listVerifiers,
  ...csvVerifiers,
];
