import { readInt64 } from './int64.ts';
import { MalformedRequest } from './malformed.ts';

/** No request of a lab names more things than this; each costs memory before it is judged. */
const MAX_ELEMENTS = 100_000;

/**
 * Reads the primitive types of the Kafka protocol from one frame.
 *
 * In a flexible version (KIP-482) strings, bytes and arrays are compact (length + 1 as an unsigned
 * varint) and each struct ends with tagged fields; in the others lengths are int16 or int32 and
 * `tags()` reads nothing. So one decoder serves both.
 *
 * @throws MalformedRequest from every method, when the frame ends early or a length makes no sense
 */
export interface WireReader {
  readonly flexible: boolean;
  readonly remaining: number;
  int8(): number;
  int16(): number;
  int32(): number;
  /** Beyond 2^53 the value is rounded. */
  int64(): number;
  boolean(): boolean;
  string(): string;
  nullableString(): string | null;
  /** A view into the frame, not a copy. */
  bytes(): Buffer;
  nullableBytes(): Buffer | null;
  array<T>(readElement: (reader: WireReader) => T): T[];
  nullableArray<T>(readElement: (reader: WireReader) => T): T[] | null;
  /** Skips the tagged fields at the end of a struct: this broker knows none of them. */
  tags(): void;
}

/** Reads `buffer` from `start`; `flexible` chooses the encoding of lengths. */
export function createWireReader(buffer: Buffer, start: number, flexible: boolean): WireReader {
  return new FrameReader(buffer, start, flexible);
}

class FrameReader implements WireReader {
  readonly flexible: boolean;
  readonly #buffer: Buffer;
  #position: number;
  #elements = 0;

  constructor(buffer: Buffer, start: number, flexible: boolean) {
    this.#buffer = buffer;
    this.#position = start;
    this.flexible = flexible;
  }

  get remaining(): number {
    return this.#buffer.length - this.#position;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  int64(): number {
    return readInt64(this.#buffer, this.#advance(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  string(): string {
    return this.nullableString() ?? missing('string');
  }

  nullableString(): string | null {
    const length = this.flexible ? this.#uvarint() - 1 : this.int16();
    if (length < 0) return absent('string', length);
    const start = this.#advance(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  bytes(): Buffer {
    return this.nullableBytes() ?? missing('bytes');
  }

  nullableBytes(): Buffer | null {
    const length = this.flexible ? this.#uvarint() - 1 : this.int32();
    if (length < 0) return absent('bytes', length);
    const start = this.#advance(length);
    return this.#buffer.subarray(start, start + length);
  }

  array<T>(readElement: (reader: WireReader) => T): T[] {
    return this.nullableArray(readElement) ?? missing('array');
  }

  nullableArray<T>(readElement: (reader: WireReader) => T): T[] | null {
    const count = this.flexible ? this.#uvarint() - 1 : this.int32();
    if (count < 0) return absent('array', count);
    this.#elements += count;
    // Every element takes at least one byte, so a larger count cannot be true.
    if (count > this.remaining || this.#elements > MAX_ELEMENTS) {
      throw new MalformedRequest(
        `array of ${count} elements in ${this.remaining} bytes (limit ${MAX_ELEMENTS} per request)`,
      );
    }
    const elements: T[] = [];
    for (let index = 0; index < count; index += 1) elements.push(readElement(this));
    return elements;
  }

  tags(): void {
    if (!this.flexible) return;
    const count = this.#uvarint();
    if (count > this.remaining) {
      throw new MalformedRequest(`${count} tagged fields in ${this.remaining} bytes`);
    }
    for (let index = 0; index < count; index += 1) {
      this.#uvarint();
      this.#advance(this.#uvarint());
    }
  }

  #uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0x7fffffff) throw new MalformedRequest(`varint ${value} exceeds 2^31 - 1`);
        return value;
      }
    }
    throw new MalformedRequest('varint longer than 5 bytes');
  }

  /** Moves past `length` bytes and returns where they begin. */
  #advance(length: number): number {
    if (length > this.remaining) {
      throw new MalformedRequest(`${length} bytes expected, ${this.remaining} left`);
    }
    const start = this.#position;
    this.#position += length;
    return start;
  }
}

function missing(type: string): never {
  throw new MalformedRequest(`null where a ${type} is required`);
}

function absent(type: string, length: number): null {
  if (length < -1) throw new MalformedRequest(`${type} of length ${length}`);
  return null;
}
