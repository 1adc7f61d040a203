/**
 * Distinguished encoding rules (ITU-T X.690), as far as a certificate needs them: a tag, the length
 * of the contents, the contents.
 *
 *     30 06 02 01 05 04 01 FF     SEQUENCE of 6 bytes { INTEGER 5, OCTET STRING FF }
 */
export function sequence(...members: Buffer[]): Buffer {
  return encode(0x30, Buffer.concat(members));
}

export function setOf(member: Buffer): Buffer {
  return encode(0x31, member);
}

/** @param bytes most significant first, of a number that is not negative */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : bytes.subarray(first);
  // A set first bit would make it negative.
  return encode(0x02, digits[0]! & 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function yes(): Buffer {
  return encode(0x01, Buffer.of(0xff));
}

export function octets(contents: Buffer): Buffer {
  return encode(0x04, contents);
}

/** @param unused bits at the end that do not count */
export function bits(contents: Buffer, unused = 0): Buffer {
  return encode(0x03, Buffer.concat([Buffer.of(unused), contents]));
}

export function utf8(text: string): Buffer {
  return encode(0x0c, Buffer.from(text));
}

/** @param dotted `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** A time to the second; two digits of the year until 2050 (RFC 5280, section 4.1.2.5). */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\..*/g, '');
  const short = Number(digits.slice(0, 4)) < 2050;
  return encode(short ? 0x17 : 0x18, Buffer.from(`${short ? digits.slice(2) : digits}Z`));
}

/** A member known by its number instead of its type; `inner` stays whole. */
export function explicit(number: number, inner: Buffer): Buffer {
  return encode(0xa0 | number, inner);
}

/** The same for a member that is no more than bytes, whose own tag is left out. */
export function implicit(number: number, contents: Buffer): Buffer {
  return encode(0x80 | number, contents);
}

function encode(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), contents]);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length), digits, contents]);
}

/** Seven bits a byte, most significant first; all but the last have the eighth bit. */
function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}
