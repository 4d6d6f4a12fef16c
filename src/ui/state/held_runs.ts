/** Ids of the runs that this or another tab has open; none where the browser cannot tell. */
export async function heldRuns(): Promise<ReadonlySet<string>> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return new Set(held.map(({ name }) => name?.replace("herl-run-", "") ?? ""));
}
