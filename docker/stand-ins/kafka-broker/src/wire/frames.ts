import { MalformedRequest } from './malformed.ts';

/** The smallest request: api_key, api_version, correlation_id, and a null client_id. */
const MIN_FRAME_BYTES = 8;
/** A larger memory for joined chunks is given back once it holds nothing. */
const KEPT_BYTES = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

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
   * The next whole frame without its size, or undefined until more bytes arrive. Its bytes are
   * used again: it is valid until the next call.
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
  /**
   * Where frames that came in several chunks are put together. New memory for each would make the
   * garbage collector run for what lies outside of its heap.
   */
  #joint: Buffer = NOTHING;
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
    if (this.#chunks.length === 1 && first) {
      if (this.#joint.length > KEPT_BYTES) this.#joint = NOTHING;
      return first;
    }
    const joint =
      this.#joint.length < this.#buffered ? Buffer.allocUnsafeSlow(this.#buffered) : this.#joint;
    let end = 0;
    // The first chunk may be the rest of this very memory: it moves to the front.
    for (const chunk of this.#chunks) end += chunk.copy(joint, end);
    this.#joint = joint;
    const joined = joint.subarray(0, end);
    this.#chunks = [joined];
    return joined;
  }
}
