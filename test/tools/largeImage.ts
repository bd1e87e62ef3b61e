import { truncateSync, writeFileSync } from 'node:fs';

const HEADER_BYTES = 54;

/** Writes a black square BMP of 24 bits per pixel, in a sparse file: it takes no room on the disk, but memory when it is read. */
export function writeLargeImage(file: string, side: number): void {
  const rowBytes = Math.ceil((side * 3) / 4) * 4;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('BM', 'latin1');
  header.writeUInt32LE(HEADER_BYTES + rowBytes * side, 2);
  header.writeUInt32LE(HEADER_BYTES, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(side, 18);
  header.writeInt32LE(side, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  writeFileSync(file, header);
  truncateSync(file, HEADER_BYTES + rowBytes * side);
}
