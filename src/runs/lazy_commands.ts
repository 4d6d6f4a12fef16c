/**
 * Commands whose code is loaded with the first call of any of them; calls reach them in their order. `names` are those of
 * all. A call fails where the code cannot be loaded, and the next one tries again.
 */
export function lazyCommands<
  Commands extends { readonly [Name in keyof Commands]: (...args: never[]) => unknown },
>(load: () => Promise<Commands>, names: Readonly<Record<keyof Commands & string, true>>): Commands {
  let loaded: Promise<Commands> | null = null;
  const commands = () =>
    (loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    }));
  const later = (name: keyof Commands & string) => [
    name,
    async (...args: never[]) => (await commands())[name](...args),
  ];
  return Object.fromEntries((Object.keys(names) as (keyof Commands & string)[]).map(later)) as Commands;
}
