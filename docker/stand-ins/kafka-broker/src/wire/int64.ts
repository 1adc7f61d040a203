const TWO_TO_32 = 2 ** 32;

/**
 * Reads a big-endian signed 64-bit integer as a number. Offsets, timestamps and producer ids stay
 * far below 2^53, where numbers are exact; beyond it the value is rounded, never wrapped.
 */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_TO_32 + buffer.readUInt32BE(position + 4);
}

/** Writes a whole number of at most 2^53 in magnitude as a big-endian signed 64-bit integer. */
export function writeInt64(buffer: Buffer, value: number, position: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), position);
  buffer.writeUInt32BE(value >>> 0, position + 4);
}
