/** Turns bytes into strings and gives equal short ones back as one object. */
export interface StringTable {
  read(bytes: Buffer, start: number, end: number): string;
}

const SLOTS = 8192;
const LONGEST = 40;

/**
 * Telemetry repeats itself: a batch of 500 spans has some 40 distinct keys, names and values.
 * A direct-mapped table of short ASCII strings answers most reads without decoding and without
 * a new string, which halves the cost of a span and what it keeps alive. Its size is fixed, so
 * unique values only replace one another.
 */
export function createStringTable(): StringTable {
  const slots = new Array<string>(SLOTS).fill('');

  return {
    read(bytes, start, end) {
      const length = end - start;
      if (length === 0) return '';
      if (length > LONGEST) return bytes.toString('utf8', start, end);
      let hash = length;
      let seen = 0;
      for (let index = start; index < end; index += 1) {
        const byte = bytes[index] as number;
        hash = (Math.imul(hash, 31) + byte) | 0;
        seen |= byte;
      }
      if (seen > 0x7f) return bytes.toString('utf8', start, end);
      const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1);
      const known = slots[slot] as string;
      if (known.length === length && same(known, bytes, start)) return known;
      const text = bytes.toString('latin1', start, end);
      slots[slot] = text;
      return text;
    },
  };
}

function same(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
