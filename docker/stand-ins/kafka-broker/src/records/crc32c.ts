/**
 * CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4), which record batches are checked with.
 * `zlib.crc32` computes a different polynomial. Slicing-by-8: eight table look-ups take eight
 * bytes at once.
 */

const REVERSED_POLYNOMIAL = 0x82f63b78;
const TABLES = buildTables();

/**
 * The checksum of `buffer` from `start` to `end` (exclusive), as an unsigned 32-bit number.
 */
export function crc32c(buffer: Buffer, start = 0, end = buffer.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = 0xffffffff;
  let at = start;

  for (const last = end - 8; at <= last; at += 8) {
    crc ^= buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[buffer[at + 4]!]! ^
      t2[buffer[at + 5]!]! ^
      t1[buffer[at + 6]!]! ^
      t0[buffer[at + 7]!]!;
  }
  for (; at < end; at += 1) crc = t0[(crc ^ buffer[at]!) & 0xff]! ^ (crc >>> 8);

  return (crc ^ 0xffffffff) >>> 0;
}

type Tables = [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** Table n gives the effect of a byte that is followed by n more bytes. */
function buildTables(): Tables {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256)) as Tables;
  const [first, ...longer] = tables;
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
    }
    first[byte] = crc;
  }
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = first[byte] ?? 0;
    for (const table of longer) {
      crc = (first[crc & 0xff] ?? 0) ^ (crc >>> 8);
      table[byte] = crc;
    }
  }
  return tables;
}
