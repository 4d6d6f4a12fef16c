import { proxy, transfer, wrap } from "comlink";
import { resolveConfig } from "../runs/presets";
import { settings } from "../runs/settings";
const worker = new Worker(new URL("../../workers/trainer.worker.ts", import.meta.url), { type: "module" });
const trainer = wrap(worker) as any;
const { port1, port2 } = new MessageChannel();
const log: any[] = ((window as any).log = []);
port1.onmessage = ({ data }) =>
  log.push([performance.now(), data.type, data.status ?? data.view?.phase ?? data.code ?? "", data]);
await trainer.connect(transfer(port2, [port2]), document.baseURI);
void trainer.open({ config: resolveConfig({ preset: "pocket-rare" }), backend: "auto" });
(window as any).trainer = trainer;
void proxy;
void settings;
