import type { TokenReference } from "../../runs/protocol";
import type { Place } from "../url_state";
import { sameToken } from "./display";

/** What a token's colour says. */
export type TokenShade = "gradient" | "coefficient" | "probability";

/** What the reader looks at, shared by all views so that they light up together. */
export class Selection {
  /** Index of the instruction in the batch. */
  group = $state(0);
  /** Key of the response that the arrow keys are on. */
  row: string | null = $state(null);
  /** Item of the rubric under the pointer. */
  item: number | null = $state(null);
  /** Where the curves are read, in responses generated. */
  cursor: number | null = $state(null);
  shade: TokenShade = $state("gradient");
  /** Token under the pointer or the focus, and the one that was chosen to stay. */
  hovered: TokenReference | null = $state.raw(null);
  pinned: TokenReference | null = $state.raw(null);

  showGroup(group: number): void {
    this.group = group;
    this.hovered = null;
    if (this.pinned?.group !== group) this.pinned = null;
  }

  togglePin(token: TokenReference): void {
    this.pinned = sameToken(this.pinned, token) ? null : token;
  }

  /** Looks where a link says. */
  restore({ group, pinned }: Place): void {
    this.group = group;
    this.pinned = pinned;
  }

  reset(): void {
    this.showGroup(0);
    this.pinned = null;
    this.row = null;
    this.cursor = null;
  }
}
