import { count, decimal } from "../../figures/format";

/** "96 MB", "1.2 GB": as browsers and disks count, in powers of ten. */
export const size = (bytes: number): string =>
  bytes < 999.5e6 ? `${count(bytes / 1e6)} MB` : `${decimal(bytes / 1e9, 1)} GB`;
