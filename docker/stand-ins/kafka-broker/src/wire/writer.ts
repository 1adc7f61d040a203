import { writeInt64 } from './int64.ts';

/** From this size on bytes are passed on as they are; below it copying is cheaper than a chunk. */
const SLICE_FROM_BYTES = 4096;
const FIRST_BLOCK_BYTES = 512;

/**
 * Writes the primitive types of the Kafka protocol; the counterpart of `WireReader`. Large byte
 * fields (fetched records) are not copied: `finish` returns them as chunks of their own.
 */
export interface WireWriter {
  int8(value: number): WireWriter;
  int16(value: number): WireWriter;
  int32(value: number): WireWriter;
  /** A whole number of at most 2^53 in magnitude. */
  int64(value: number): WireWriter;
  boolean(value: boolean): WireWriter;
  string(value: string): WireWriter;
  nullableString(value: string | null): WireWriter;
  bytes(value: Buffer): WireWriter;
  nullableBytes(value: Buffer | null): WireWriter;
  array<T>(
    elements: readonly T[],
    writeElement: (writer: WireWriter, element: T) => void,
  ): WireWriter;
  nullArray(): WireWriter;
  /** Ends a struct without tagged fields. */
  tags(): WireWriter;
  /** The whole frame, its int32 length in front. */
  finish(): Buffer[];
}

/** Starts a response frame: `length correlation_id [tags]`, the tags only in header version 1. */
export function createWireWriter(options: {
  flexible: boolean;
  correlationId: number;
  headerTags: boolean;
}): WireWriter {
  return new FrameWriter(options);
}

class FrameWriter implements WireWriter {
  readonly #flexible: boolean;
  readonly #chunks: Buffer[] = [];
  #block = Buffer.allocUnsafe(FIRST_BLOCK_BYTES);
  #blockStart = 0;
  #position = 4;
  #total = 0;

  constructor(options: { flexible: boolean; correlationId: number; headerTags: boolean }) {
    this.#flexible = options.flexible;
    this.int32(options.correlationId);
    if (options.headerTags) this.tags();
  }

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#block.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#block.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#block.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#reserve(8);
    writeInt64(this.#block, value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    if (this.#flexible) this.#uvarint(length + 1);
    else this.int16(length);
    const at = this.#reserve(length);
    this.#block.write(value, at);
    return this;
  }

  nullableString(value: string | null): this {
    if (value !== null) return this.string(value);
    return this.#flexible ? this.#uvarint(0) : this.int16(-1);
  }

  bytes(value: Buffer): this {
    if (this.#flexible) this.#uvarint(value.length + 1);
    else this.int32(value.length);
    if (value.length < SLICE_FROM_BYTES) {
      const at = this.#reserve(value.length);
      value.copy(this.#block, at);
      return this;
    }
    this.#closeBlock();
    this.#chunks.push(value);
    this.#total += value.length;
    return this;
  }

  nullableBytes(value: Buffer | null): this {
    if (value !== null) return this.bytes(value);
    return this.#flexible ? this.#uvarint(0) : this.int32(-1);
  }

  array<T>(elements: readonly T[], writeElement: (writer: WireWriter, element: T) => void): this {
    if (this.#flexible) this.#uvarint(elements.length + 1);
    else this.int32(elements.length);
    for (const element of elements) writeElement(this, element);
    return this;
  }

  nullArray(): this {
    return this.#flexible ? this.#uvarint(0) : this.int32(-1);
  }

  tags(): this {
    return this.#flexible ? this.#uvarint(0) : this;
  }

  finish(): Buffer[] {
    this.#closeBlock();
    // The first chunk always begins with the four bytes kept free for the length.
    this.#chunks[0]?.writeInt32BE(this.#total - 4, 0);
    return this.#chunks;
  }

  #uvarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      const at = this.#reserve(1);
      this.#block.writeUInt8((rest & 0x7f) | 0x80, at);
      rest >>>= 7;
    }
    const at = this.#reserve(1);
    this.#block.writeUInt8(rest, at);
    return this;
  }

  /** Makes room in the block, which may become another one, and returns where it begins. */
  #reserve(length: number): number {
    if (this.#position + length > this.#block.length) {
      const used = this.#position - this.#blockStart;
      const larger = Buffer.allocUnsafe(Math.max(this.#block.length * 2, used + length));
      this.#block.copy(larger, 0, this.#blockStart, this.#position);
      this.#block = larger;
      this.#blockStart = 0;
      this.#position = used;
    }
    const start = this.#position;
    this.#position += length;
    return start;
  }

  #closeBlock(): void {
    if (this.#position === this.#blockStart) return;
    this.#chunks.push(this.#block.subarray(this.#blockStart, this.#position));
    this.#total += this.#position - this.#blockStart;
    this.#blockStart = this.#position;
  }
}
