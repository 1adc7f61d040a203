import { mkdirSync, rmSync } from 'node:fs';
import { placeBatch, type BatchHead } from '../records/batch.ts';
import { findByTime, type StampedOffset } from './find-by-time.ts';
import {
  createProducerStates,
  type ProducerStates,
  type SequenceVerdict,
} from './producer-states.ts';
import { readBatches } from './read-batches.ts';
import { recoverLog } from './recovery.ts';
import { openSegment, type Segment } from './segment.ts';
import { removeSnapshot, writeSnapshot } from './snapshot-file.ts';

/** There are no replicas and so no elections: the only leader epoch is the first. */
export const LEADER_EPOCH = 0;

/** What a log needs to know about its topic and its disk. */
export interface LogSettings {
  folder: string;
  /** A segment is closed before it would grow beyond this, bytes. */
  segmentBytes: number;
  /** Closed segments are deleted, oldest first, while the log is larger; -1 keeps everything. */
  retentionBytes: number;
  /** Whether each append waits for the disk, not only for the kernel. */
  fsync: boolean;
}

/** Where a batch went, or why an idempotent producer's batch was not taken. */
export type AppendOutcome =
  { kind: 'appended'; baseOffset: number } | Exclude<SequenceVerdict, { kind: 'next' }>;

/**
 * The log of one partition: batches in segment files, offsets without gaps.
 *
 * An appended batch has been given to the kernel before `append` returns, so it survives the death
 * of this process; with `fsync` it survives the death of the machine.
 */
export interface PartitionLog {
  /** The first offset that can be read; moves up when old segments are deleted. */
  readonly startOffset: number;
  /** The offset of the next record. */
  readonly endOffset: number;
  readonly sizeBytes: number;
  /** Bytes of a torn write that were cut off when the log was opened. */
  readonly repairedBytes: number;
  /** @throws the file system's error; nothing was appended then */
  append(batch: Buffer, head: BatchHead): AppendOutcome;
  /**
   * Whole batches from the one that holds `offset` on: as many as fit in `maxBytes`, and the first
   * one in any case if `atLeastOne`. Undefined when `offset` is outside the log.
   */
  read(offset: number, maxBytes: number, atLeastOne: boolean): Buffer | undefined;
  /** The latest time of any record, ms since the epoch; -1 when there is none. */
  readonly maxTimestamp: number;
  /** The first record at or after `timestamp`, if any. */
  findByTime(timestamp: number): StampedOffset | undefined;
  close(): void;
  /** Closes the log and deletes its folder. */
  delete(): void;
}

/** Opens the log in `settings.folder`, repairing what a crash left; the folder need not exist. */
export function openPartitionLog(settings: LogSettings): PartitionLog {
  return new SegmentedLog(settings);
}

class SegmentedLog implements PartitionLog {
  readonly repairedBytes: number;
  readonly #settings: LogSettings;
  readonly #segments: Segment[];
  readonly #producers: ProducerStates;
  #endOffset: number;
  #folderExists: boolean;

  constructor(settings: LogSettings) {
    this.#settings = settings;
    const recovered = recoverLog(settings.folder, settings.fsync);
    this.repairedBytes = recovered.truncatedBytes;
    this.#segments = recovered.segments;
    this.#endOffset = recovered.endOffset;
    this.#producers = createProducerStates(recovered.producers);
    for (const { head } of recovered.replay) this.#producers.remember(head, head.baseOffset);
    this.#folderExists = this.#segments.length > 0;
  }

  get startOffset(): number {
    return this.#segments[0]?.baseOffset ?? this.#endOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((total, segment) => total + segment.sizeBytes, 0);
  }

  get maxTimestamp(): number {
    return Math.max(-1, ...this.#segments.map((segment) => segment.index.maxTimestamp));
  }

  append(batch: Buffer, head: BatchHead): AppendOutcome {
    const verdict = this.#producers.judge(head);
    if (verdict.kind !== 'next') return verdict;
    const baseOffset = this.#endOffset;
    const segment = this.#segmentFor(batch.length);
    placeBatch(batch, baseOffset, LEADER_EPOCH);
    segment.append(batch, head, baseOffset);
    this.#endOffset += head.lastOffsetDelta + 1;
    this.#producers.remember(head, baseOffset);
    return { kind: 'appended', baseOffset };
  }

  read(offset: number, maxBytes: number, atLeastOne: boolean): Buffer | undefined {
    if (offset < this.startOffset || offset > this.#endOffset) return undefined;
    if (offset === this.#endOffset || (maxBytes <= 0 && !atLeastOne)) return EMPTY;
    for (const segment of this.#segmentsFrom(offset)) {
      const batches = readBatches(segment, offset, maxBytes, atLeastOne);
      if (batches) return batches;
    }
    return EMPTY;
  }

  findByTime(timestamp: number): StampedOffset | undefined {
    for (const segment of this.#segments) {
      const found = findByTime(segment, timestamp);
      if (found) return found;
    }
    return undefined;
  }

  close(): void {
    for (const segment of this.#segments) segment.close();
  }

  delete(): void {
    this.close();
    rmSync(this.#settings.folder, { recursive: true, force: true });
  }

  /** The segment that holds `offset`, and those after it: between two of them may be a gap. */
  #segmentsFrom(offset: number): Segment[] {
    const index = this.#segments.findLastIndex((segment) => segment.baseOffset <= offset);
    return this.#segments.slice(Math.max(0, index));
  }

  #segmentFor(batchBytes: number): Segment {
    const active = this.#segments.at(-1);
    const fits = active && active.sizeBytes + batchBytes <= this.#settings.segmentBytes;
    if (active && (fits || active.sizeBytes === 0)) return active;
    return this.#roll();
  }

  /** Begins a segment. Its snapshot comes first, so that no segment is ever without one. */
  #roll(): Segment {
    if (!this.#folderExists) mkdirSync(this.#settings.folder, { recursive: true });
    this.#folderExists = true;
    writeSnapshot(this.#settings.folder, this.#endOffset, this.#producers.snapshot());
    const segment = openSegment(this.#settings.folder, this.#endOffset, this.#settings.fsync);
    this.#segments.push(segment);
    this.#deleteOldSegments();
    return segment;
  }

  #deleteOldSegments(): void {
    const { retentionBytes } = this.#settings;
    if (retentionBytes < 0) return;
    let total = this.sizeBytes;
    while (total > retentionBytes && this.#segments.length > 1) {
      const oldest = this.#segments.shift();
      if (!oldest) return;
      total -= oldest.sizeBytes;
      oldest.delete();
      removeSnapshot(this.#settings.folder, oldest.baseOffset);
    }
  }
}

const EMPTY = Buffer.alloc(0);
