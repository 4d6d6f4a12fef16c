/** A GPU that is lost while a driver loads, trains and samples. */
import { describe, expect, test, vi } from "vitest";
import { WebgpuBackend } from "../src/compute/webgpu";
import { HerlError } from "../src/errors";
import { GpuContext } from "../src/kernels/gpu";
import { config, cpu, eventsOf, forget, lastStatus, openDriver, phases, until } from "./driver";

describe("a lost GPU device", () => {
  test("while the model is loaded: it is loaded again on a new device", async () => {
    const { tensor } = GpuContext.prototype;
    let lost: GPUDevice | null = null;
    let made = 0;
    // The probe makes three tensors for each tile and frees them; then the model's weights come.
    GpuContext.prototype.tensor = function (...parameters) {
      if (!lost && ++made === 20) {
        lost = this.device;
        lost.destroy();
        // Its end is told later; what comes next on it fails as it would then.
        Object.assign(this, {
          failure: new HerlError("DEVICE_LOST", "The GPU device was lost", "Continue"),
        });
      }
      return tensor.apply(this, parameters);
    };
    try {
      const driver = openDriver();
      await driver.open({ config, backend: "webgpu" });
      await until(() => lastStatus() === "paused" && phases().includes("1 grade"), 120_000);
      expect(lost).not.toBeNull();
      expect(eventsOf("notice")).toMatchObject([{ code: "DEVICE_LOST" }]);
      expect(eventsOf("failed")).toEqual([]);
    } finally {
      GpuContext.prototype.tensor = tensor;
    }
  }, 300_000);

  test("while it trains and while it samples: the run goes on from its checkpoint to the same numbers", async () => {
    const whole = openDriver();
    await whole.open({ config, backend: "webgpu" });
    for (const updates of [1, 2, 3]) {
      whole.stepUpdate();
      await until(() => eventsOf("metrics").length === updates && lastStatus() === "paused", 120_000);
    }
    await whole.open(cpu);
    const expected = eventsOf("metrics").map(({ row }) => row.digest);
    const tile = eventsOf("opened")[0].adapter.matmulTile!;

    forget();
    // Which tile is faster the probe measures anew, and a busy machine may answer otherwise.
    const { setMatmulTile } = WebgpuBackend.prototype;
    const pinned = vi.spyOn(WebgpuBackend.prototype, "setMatmulTile").mockImplementation(function (
      this: WebgpuBackend,
    ) {
      setMatmulTile.call(this, tile);
    });
    const { tensor } = GpuContext.prototype;
    let device: GPUDevice | undefined;
    GpuContext.prototype.tensor = function (...parameters) {
      device = this.device;
      return tensor.apply(this, parameters);
    };
    try {
      const driver = openDriver();
      await driver.open({ config, backend: "webgpu" });
      pinned.mockRestore();
      driver.stepUpdate();
      await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused", 120_000);
      driver.stepUpdate();
      await until(() => phases().includes("2 revise"), 120_000);
      device!.destroy();
      await until(() => eventsOf("metrics").length === 2, 120_000);
      await until(() => lastStatus() === "paused");

      const sampled = eventsOf("tokens").length;
      driver.stepUpdate();
      await until(() => eventsOf("tokens").length > sampled, 120_000);
      expect(phases()).not.toContain("3 sample");
      device!.destroy();
      await until(() => eventsOf("metrics").length === 3, 120_000);
      expect(eventsOf("notice")).toMatchObject([{ code: "DEVICE_LOST" }, { code: "DEVICE_LOST" }]);
      expect(eventsOf("metrics").map(({ row }) => row.digest)).toEqual(expected);
    } finally {
      pinned.mockRestore();
      GpuContext.prototype.tensor = tensor;
    }
  }, 300_000);
});
