import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BATCH_HEAD_BYTES, readBatchHead, type BatchHead } from '../records/batch.ts';
import { createSegmentIndex, type SegmentIndex } from './segment-index.ts';

/** Batch heads are walked in slabs of this size. */
const WALK_BYTES = 64 * 1024;

/** One file of a partition's log: batches one after another, from its base offset on. */
export interface Segment {
  readonly baseOffset: number;
  readonly sizeBytes: number;
  readonly index: SegmentIndex;
  /**
   * Writes a placed batch at the end. After a failure the file is cut back to what it was.
   *
   * @throws the file system's error, when the batch was not stored
   */
  append(batch: Buffer, head: BatchHead, baseOffset: number): void;
  /** Up to `length` bytes from `position`; less only at the end. */
  read(position: number, length: number): Buffer;
  /** Heads of the batches from `position` on. */
  heads(position: number): Generator<{ head: BatchHead; position: number }>;
  /** Cuts the file to `sizeBytes` and forgets the index; the caller adds what is left. */
  truncate(sizeBytes: number): void;
  close(): void;
  delete(): void;
}

/** Twenty digits, so that names sort like offsets. */
export function segmentFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(20, '0')}.log`;
}

/** Opens or creates the segment; a file that exists is indexed on first use. */
export function openSegment(folder: string, baseOffset: number, fsync: boolean): Segment {
  return new FileSegment(join(folder, segmentFileName(baseOffset)), baseOffset, fsync);
}

class FileSegment implements Segment {
  readonly baseOffset: number;
  readonly #path: string;
  readonly #fsync: boolean;
  #descriptor: number | undefined;
  #sizeBytes: number;
  #index: SegmentIndex | undefined;
  #hasTornTail = false;

  constructor(path: string, baseOffset: number, fsync: boolean) {
    this.#path = path;
    this.baseOffset = baseOffset;
    this.#fsync = fsync;
    this.#sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get index(): SegmentIndex {
    if (this.#index) return this.#index;
    const index = createSegmentIndex();
    for (const { head, position } of this.heads(0)) {
      index.add({
        baseOffset: head.baseOffset,
        positionBytes: position,
        maxTimestamp: head.maxTimestamp,
      });
    }
    this.#index = index;
    return index;
  }

  append(batch: Buffer, head: BatchHead, baseOffset: number): void {
    const index = this.index;
    const descriptor = this.#open();
    if (this.#hasTornTail) this.#cut(descriptor);
    try {
      let written = 0;
      while (written < batch.length) {
        written += writeSync(
          descriptor,
          batch,
          written,
          batch.length - written,
          this.#sizeBytes + written,
        );
      }
      if (this.#fsync) fdatasyncSync(descriptor);
    } catch (cause) {
      this.#hasTornTail = true;
      this.#cut(descriptor);
      throw cause;
    }
    index.add({
      baseOffset,
      positionBytes: this.#sizeBytes,
      maxTimestamp: head.maxTimestamp,
    });
    this.#sizeBytes += batch.length;
  }

  read(position: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.#sizeBytes - position));
    if (wanted === 0) return Buffer.alloc(0);
    const buffer = Buffer.allocUnsafeSlow(wanted);
    let filled = 0;
    while (filled < wanted) {
      const count = readSync(this.#open(), buffer, filled, wanted - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  }

  *heads(start: number): Generator<{ head: BatchHead; position: number }> {
    let slab: Buffer = Buffer.alloc(0);
    let slabStart = start;
    let position = start;
    while (position + BATCH_HEAD_BYTES <= this.#sizeBytes) {
      if (position + BATCH_HEAD_BYTES > slabStart + slab.length) {
        slab = this.read(position, WALK_BYTES);
        slabStart = position;
        if (slab.length < BATCH_HEAD_BYTES) return;
      }
      const head = readBatchHead(slab, position - slabStart);
      if (head.sizeBytes < BATCH_HEAD_BYTES) return;
      yield { head, position };
      position += head.sizeBytes;
    }
  }

  truncate(sizeBytes: number): void {
    ftruncateSync(this.#open(), sizeBytes);
    this.#sizeBytes = sizeBytes;
    this.#index = undefined;
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  delete(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, flagsFor(this.#path), 0o644);
    return this.#descriptor;
  }

  /** Removes what a failed write left behind; if even that fails, the next append tries again. */
  #cut(descriptor: number): void {
    ftruncateSync(descriptor, this.#sizeBytes);
    this.#hasTornTail = false;
  }
}

/** Opens for reading and writing, creating only what is not there: `w+` would empty a file. */
function flagsFor(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? 'r+' : 'w+';
}
