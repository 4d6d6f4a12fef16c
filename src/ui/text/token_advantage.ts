import type { ResponseView } from "../../runs/protocol";

/** The advantage that one token was trained with: its segment's where the response was scored, else the response's. */
export function tokenAdvantage(
  { segments, advantage }: Pick<ResponseView, "segments" | "advantage">,
  token: number,
): number | null {
  if (!segments || advantage === null) return advantage;
  let end = 0;
  const own = segments.find((segment) => token < (end += segment.tokens));
  return own?.advantage ?? advantage;
}
