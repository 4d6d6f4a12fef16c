/**
 * The text of what computes: each file is a part of the page of its own, fetched when somebody asks to see it. To be
 * loaded when it is asked for, since the list of files alone is long.
 */
const files: Readonly<Record<string, () => Promise<string>>> = import.meta.glob<string>(
  [
    "/src/{kernels,policy,analysis,herl,runs,worlds}/**/*.{ts,wgsl}",
    "/src/rubric/judge/*.ts",
    "/src/ui/theory/*.ts",
    "!/src/**/*.{test,generated}.ts",
    "!/src/**/testing/**",
  ],
  { query: "?raw", import: "default" },
);

/** Null for a file that is not part of the page. Rejects where the network does. */
export async function sourceText(path: string): Promise<string | null> {
  return (await files[`/${path}`]?.()) ?? null;
}
