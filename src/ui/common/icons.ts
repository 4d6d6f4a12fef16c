/** Icons as paths on a grid of 16; strokes unless they are filled. */
export const icons = {
  play: { d: "M4.5 2.5v11l9-5.500z", filled: true },
  pause: { d: "M4 2.500h3v11h-3zM9.500 2.500h3v11h-3z", filled: true },
  "step-update": { d: "M2.500 8h8M7.500 5l3 3-3 3M13.500 3.500v9", filled: false },
  "step-phase": { d: "M3 8h10M9.500 4.500l3.500 3.500-3.500 3.500", filled: false },
  reset: { d: "M3.500 8a4.500 4.500 0 1 0 1.600-3.400M5 1.800v3h3", filled: false },
  dice: {
    d: "M3 3h10v10h-10zM5.800 5.800v.01M10.200 10.200v.01M10.200 5.800v.01M5.800 10.200v.01",
    filled: false,
  },
  left: { d: "M10 3.500L5.500 8l4.500 4.500", filled: false },
  right: { d: "M6 3.500L10.500 8l-4.500 4.500", filled: false },
  down: { d: "M3.500 6l4.500 4.500L12.500 6", filled: false },
  compose: { d: "M3 13l.7-3 7-7 2.300 2.300-7 7zM9.200 4.500l2.300 2.300", filled: false },
  theme: { d: "M8 2.500a5.500 5.500 0 1 0 0 11zM8 2.500a5.500 5.500 0 0 1 0 11", filled: false },
  help: { d: "M5.600 6a2.400 2.400 0 1 1 3.400 2.200c-.7.35-1 .8-1 1.500M8 12.300v.01", filled: false },
  check: { d: "M3.500 8.500l3 3 6-7", filled: false },
  close: { d: "M4 4l8 8M12 4l-8 8", filled: false },
  newline: { d: "M12.500 4v4.500h-8.500M6.500 5.800L3.800 8.500l2.700 2.700", filled: false },
  end: { d: "M13 3.500v6h-9M6.800 6.600L3.800 9.500l3 2.900", filled: false },
  download: { d: "M8 2.500v7.500M5 7.200l3 3 3-3M3 13h10", filled: false },
} as const satisfies Record<string, { d: string; filled: boolean }>;

export type IconName = keyof typeof icons;
