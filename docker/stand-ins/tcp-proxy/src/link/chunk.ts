/** Bytes on their way through a link. */
export interface Chunk {
  readonly data: Buffer;
  /**
   * Monotonic time at which the chunk reached this point of the chain: its arrival, moved on by
   * each toxic that delays. Nominal, so that timer errors of several toxics do not add up.
   */
  stampMs: number;
}

/** What one chunk costs beyond its bytes, so that a flood of one-byte chunks is bounded too. */
const OVERHEAD_BYTES = 256;

/** Released slots at the front are given back once there are this many. */
const COMPACT_AT = 1024;

/** A first-in-first-out queue that knows what it costs. */
export class ChunkQueue {
  #chunks: (Chunk | undefined)[] = [];
  #first = 0;
  #costBytes = 0;

  /** Memory held: data plus a fixed overhead per chunk. */
  get costBytes(): number {
    return this.#costBytes;
  }

  get head(): Chunk | undefined {
    return this.#chunks[this.#first];
  }

  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#costBytes += costOf(chunk);
  }

  shift(): Chunk | undefined {
    const chunk = this.head;
    if (!chunk) return undefined;
    this.#chunks[this.#first] = undefined;
    this.#first += 1;
    this.#costBytes -= costOf(chunk);
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    } else if (this.#first >= COMPACT_AT && this.#first * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    return chunk;
  }

  /** Takes the first `sizeBytes` of the head; the rest stays as the new head. */
  split(sizeBytes: number): Chunk | undefined {
    const head = this.head;
    if (!head) return undefined;
    this.#chunks[this.#first] = { data: head.data.subarray(sizeBytes), stampMs: head.stampMs };
    this.#costBytes -= sizeBytes;
    return { data: head.data.subarray(0, sizeBytes), stampMs: head.stampMs };
  }

  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.#costBytes = 0;
  }
}

function costOf(chunk: Chunk): number {
  return chunk.data.length + OVERHEAD_BYTES;
}
