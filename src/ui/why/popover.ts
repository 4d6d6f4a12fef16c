import { flushSync, mount } from "svelte";
import { explain, type WhyQuestion } from "./why";
import { answer } from "./answer.svelte";
import WhyPopover from "./WhyPopover.svelte";

/** The one popover of the page; it goes to the number that asks. */
let popover: HTMLElement | null = null;
let openedBy: HTMLElement | null = null;
/** The number that was pressed while its answer was open: by the time of the click, the press has closed it. */
let pressed: HTMLElement | null = null;

/** Between number and popover, and between popover and window, in pixels. */
const gap = 6;

/** Opens the popover beside a number with the answer to its question; asked again, it closes. */
export function showWhy(number: HTMLElement, question: WhyQuestion): void {
  popover ??= create();
  const isAgain = pressed === number || (isOpen() && openedBy === number);
  pressed = null;
  popover.hidePopover();
  if (isAgain) return;
  answer.shown = explain(question);
  flushSync();
  openedBy = number;
  popover.showPopover();
  place(popover, number.getBoundingClientRect());
  popover.focus({ preventScroll: true });
}

const isOpen = (): boolean => popover?.matches(":popover-open") ?? false;

function create(): HTMLElement {
  mount(WhyPopover, { target: document.body });
  const element = document.querySelector<HTMLElement>("#why")!;
  window.addEventListener(
    "pointerdown",
    ({ target }) => (pressed = isOpen() && openedBy?.contains(target as Node) ? openedBy : null),
    { capture: true },
  );
  element.addEventListener("toggle", (event) => {
    // Back to the number, unless the reader has gone elsewhere.
    if ((event as ToggleEvent).newState === "closed" && document.activeElement === document.body)
      openedBy?.focus({ preventScroll: true });
  });
  return element;
}

/** Below the number, or above it where there is no room; within the window; in the document, so that it scrolls along. */
function place(element: HTMLElement, number: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.max(gap, Math.min(number.left, clientWidth - width - gap));
  const below = number.bottom + gap;
  const top = below + height <= clientHeight ? below : Math.max(gap, number.top - gap - height);
  element.style.left = `${left + scrollX}px`;
  element.style.top = `${top + scrollY}px`;
}
