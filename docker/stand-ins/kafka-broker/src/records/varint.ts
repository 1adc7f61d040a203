/** A value and where the next one begins; undefined when the bytes end early or never stop. */
export interface Varint {
  value: number;
  next: number;
}

/**
 * Reads a zigzag varint of up to 64 bits, as record fields are encoded (as in Protocol Buffers).
 * Exact up to 2^53.
 */
export function readVarint(buffer: Buffer, at: number, end = buffer.length): Varint | undefined {
  let raw = 0;
  let scale = 1;
  for (let index = at; index < end && index < at + 10; index += 1) {
    const byte = buffer[index] ?? 0;
    raw += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      const value = raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
      return { value, next: index + 1 };
    }
    scale *= 128;
  }
  return undefined;
}
