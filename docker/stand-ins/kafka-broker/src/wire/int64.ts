const TWO_TO_32 = 2 ** 32;

/**
 * Reads a big-endian signed 64-bit integer as a number. Offsets, timestamps and producer ids stay
 * far below 2^53, where numbers are exact; beyond it the value is rounded, never wrapped.
 */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_TO_32 + buffer.readUInt32BE(position + 4);
}

/**
 * Writes a whole number as a big-endian signed 64-bit integer; 2^63, which a hostile peer's rounded
 * 2^63 - 1 is read as, becomes the largest one again.
 */
export function writeInt64(buffer: Buffer, value: number, position: number): void {
  const high = Math.floor(value / TWO_TO_32);
  const isTooLarge = high > 0x7fffffff;
  buffer.writeInt32BE(isTooLarge ? 0x7fffffff : high, position);
  buffer.writeUInt32BE(isTooLarge ? 0xffffffff : value >>> 0, position + 4);
}
