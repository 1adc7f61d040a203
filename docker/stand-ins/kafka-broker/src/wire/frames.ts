import { MalformedRequest } from './malformed.ts';

/** The smallest request: api_key, api_version, correlation_id, and a null client_id. */
const MIN_FRAME_BYTES = 8;

/**
 * Cuts a byte stream into frames.
 *
 * ```
 * Frame => size payload
 *   size => INT32
 * ```
 *
 * Memory grows with what has arrived, never with what a length field claims.
 */
export interface FrameSplitter {
  /** Bytes that have arrived and were not taken yet. */
  readonly bufferedBytes: number;
  push(chunk: Buffer): void;
  /**
   * The next whole frame without its size, or undefined until more bytes arrive.
   *
   * @throws MalformedRequest when the size is below 8 or above the limit
   */
  next(): Buffer | undefined;
}

/** @param maxFrameBytes largest payload accepted, bytes */
export function createFrameSplitter(maxFrameBytes: number): FrameSplitter {
  return new ChunkedSplitter(maxFrameBytes);
}

class ChunkedSplitter implements FrameSplitter {
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #needed = 4;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  get bufferedBytes(): number {
    return this.#buffered;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  next(): Buffer | undefined {
    if (this.#buffered < this.#needed) return undefined;
    const joined = this.#join();
    const size = joined.readInt32BE(0);
    if (size < MIN_FRAME_BYTES || size > this.#maxFrameBytes) {
      throw new MalformedRequest(
        `frame size ${size} is outside ${MIN_FRAME_BYTES} to ${this.#maxFrameBytes}`,
      );
    }
    if (joined.length < 4 + size) {
      this.#needed = 4 + size;
      return undefined;
    }
    this.#needed = 4;
    this.#buffered = joined.length - 4 - size;
    this.#chunks = this.#buffered > 0 ? [joined.subarray(4 + size)] : [];
    return joined.subarray(4, 4 + size);
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    const joined =
      this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#buffered);
    this.#chunks = [joined];
    return joined;
  }
}
