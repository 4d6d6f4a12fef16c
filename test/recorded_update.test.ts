/** The recording that the figures are tested with is what the engine does today, digit by digit. */
import { expect, test } from "vitest";
import { recordUpdate } from "./recorded_update";

test("one update of the pocket model, taken apart", { timeout: 120_000 }, async () => {
  const lines = JSON.stringify(await recordUpdate())
    .replaceAll(/,"(?=[a-zA-Z]+":[[{])/g, ',\n"')
    .replaceAll("},{", "},\n{");
  await expect(`${lines}\n`).toMatchFileSnapshot("fixtures/recorded_update.json");
});
