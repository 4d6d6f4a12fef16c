import { transferHandlers, type TransferHandler } from "comlink";
import { HerlError } from "../src/errors";

interface Thrown {
  readonly value: unknown;
}
interface Sent {
  readonly isError: boolean;
  readonly value: object;
}

/**
 * Comlink carries an error's message across threads and drops the rest. From here on, errors of ours that a command of
 * this thread throws arrive with their code and their cure.
 */
export function keepErrorCodes(): void {
  const handler = transferHandlers.get("throw") as TransferHandler<Thrown, Sent>;
  transferHandlers.set("throw", {
    ...handler,
    serialize(thrown: Thrown) {
      const [sent, transferables] = handler.serialize(thrown);
      if (!(thrown.value instanceof HerlError)) return [sent, transferables];
      const { code, cure } = thrown.value;
      return [{ ...sent, value: { ...sent.value, code, cure } }, transferables];
    },
  } as TransferHandler<Thrown, Sent>);
}
