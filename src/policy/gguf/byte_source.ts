/**
 * Bytes that are read piece by piece: a file on a disk, in the browser's private storage, or in memory. Reading does not
 * wait: workers and Node can do that, and a weight is read when it is needed and forgotten when it is on the device.
 */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** `length` bytes from `offset` on; both within the size. The caller does not write to them. */
  read(offset: number, length: number): Uint8Array;
}

export const isByteSource = (bytes: Uint8Array | ByteSource): bytes is ByteSource => "read" in bytes;

/** Bytes in memory; reading copies nothing. */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
