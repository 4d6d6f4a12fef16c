import { asData } from "./as_data";
import type { ItemAnswer } from "./judgements";

const quotes: Readonly<Record<string, string>> = { "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'" };

/** A text as quotations are compared: one case, one kind of space, one kind of quotation mark. */
const comparable = (text: string): string =>
  asData(text)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[“”„‘’]/g, (mark) => quotes[mark])
    .replace(/\s+/g, " ")
    .trim();

/** Whether the response says what is quoted, up to case, white space and the quotation marks around it. */
export function isQuoted(evidence: string, response: string): boolean {
  const whole = comparable(response);
  const quotation = comparable(evidence);
  const bare = quotation.replace(/^["']|["']$/g, "").trim();
  return (quotation !== "" && whole.includes(quotation)) || (bare !== "" && whole.includes(bare));
}

/** The answer, where it says that nothing is there or quotes what is; otherwise undecided. */
export function supported(answer: ItemAnswer, response: string): ItemAnswer {
  if (!answer.present || isQuoted(answer.evidence ?? "", response)) return answer;
  const reason = answer.evidence
    ? "the judge quotes what the response does not say"
    : "the judge says that it is there and quotes nothing";
  return { present: null, reason, failure: "evidence" };
}
