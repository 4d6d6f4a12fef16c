import type { Toy } from "./toy";

/**
 * The toy's tokens beyond a response's: the instruction, one for each item that hindsight names, and the mark behind
 * which a response begins.
 */
export const instructionId = ({ vocab }: Toy): number => vocab;
export const itemId = ({ vocab }: Toy, item: number): number => vocab + 1 + item;
export const answerId = ({ vocab, items }: Toy): number => vocab + 1 + items.length;
