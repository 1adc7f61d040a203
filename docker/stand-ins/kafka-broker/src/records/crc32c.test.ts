import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
test.each([
  ['nine digits', Buffer.from('123456789'), 0xe3069283],
  ['32 zero bytes', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('the checksum of %s is the published one', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('words at once give what one bit at a time gives, at every length and alignment', () => {
  const memory = Buffer.from(Array.from({ length: 90 }, (_, index) => (index * 151 + 7) & 0xff));
  for (let length = 0; length < 70; length += 1) {
    for (let start = 0; start < 8; start += 1) {
      const bytes = memory.subarray(start, start + length);
      expect(crc32c(memory, start, start + length)).toBe(bitwise(bytes));
    }
  }
});

test('only the range asked for is counted', () => {
  expect(crc32c(Buffer.from('..123456789..'), 2, 11)).toBe(0xe3069283);
});

function bitwise(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
