import { createStringTable, type StringTable } from './strings.ts';

/** The bytes do not follow the wire format. Caught at the edge and answered with 400. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Wire types of Protocol Buffers. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const strings: StringTable = createStringTable();

/**
 * Reads Protocol Buffers from a buffer it does not copy.
 *
 *     message = *( tag value )
 *     tag     = varint( field << 3 | wireType )
 *     value   = varint | 8 bytes LE | varint(length) bytes | 4 bytes LE
 *
 * Every read is bounded by `end`; a length that points beyond it is a {@link WireError}.
 */
export class WireReader {
  pos: number;
  end: number;
  readonly bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A varint as a number; above 2^53 the low bits are lost. */
  varint(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    let result = byte & 0x7f;
    let factor = 0x80;
    for (let count = 1; count < 10; count += 1) {
      byte = this.#byte();
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
      factor *= 0x80;
    }
    throw new WireError(`varint: at most 10 bytes, position ${this.pos}`);
  }

  /** A signed 64-bit varint (two's complement); exact within 2^53, text beyond. */
  int64(): number | string {
    let low = 0n;
    const start = this.pos;
    const quick = this.varint();
    if (quick <= Number.MAX_SAFE_INTEGER) return quick;
    this.pos = start;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      low |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return exact(BigInt.asIntN(64, low));
  }

  /** Eight bytes as signed integer; exact within 2^53, text beyond. */
  sfixed64(): number | string {
    return exact(this.#view.getBigInt64(this.#advance(8), true));
  }

  /** Eight bytes as unsigned integer, rounded to 53 bits. */
  fixed64(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  /** Nanoseconds since the epoch, as milliseconds with microseconds as fraction. */
  timeMs(): number {
    const at = this.#advance(8);
    const high = this.#view.getUint32(at + 4, true);
    const low = this.#view.getUint32(at, true);
    // 2^32 ns = 4294.967296 ms. Split before dividing: a double holds 53 bits, the time needs 61.
    const ms = high * 4294.967296 + low / 1e6;
    return Math.round(ms * 1000) / 1000;
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** Position of the end of a length-delimited value; the reader stands at its start. */
  limit(): number {
    const length = this.varint();
    const end = this.pos + length;
    if (end > this.end) {
      throw new WireError(`length: at most ${this.end - this.pos} bytes left, received ${length}`);
    }
    return end;
  }

  string(): string {
    const end = this.limit();
    const text = strings.read(this.bytes, this.pos, end);
    this.pos = end;
    return text;
  }

  hex(): string {
    const end = this.limit();
    const text = this.bytes.toString('hex', this.pos, end);
    this.pos = end;
    return text;
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WIRE.varint:
        this.varint();
        return;
      case WIRE.fixed64:
        this.#advance(8);
        return;
      case WIRE.bytes:
        this.pos = this.limit();
        return;
      case WIRE.fixed32:
        this.#advance(4);
        return;
      default:
        throw new WireError(`wire type: 0, 1, 2 or 5, received ${wireType}`);
    }
  }

  #byte(): number {
    if (this.pos >= this.end) throw new WireError(`message: ends early, position ${this.pos}`);
    return this.bytes[this.pos++] as number;
  }

  #advance(count: number): number {
    const at = this.pos;
    if (at + count > this.end) throw new WireError(`message: ends early, position ${at}`);
    this.pos = at + count;
    return at;
  }
}

function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
