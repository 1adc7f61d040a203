import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProducerSnapshot } from './producer-states.ts';

/** The producers as they were when the segment at `baseOffset` began. */
export function snapshotFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(20, '0')}.snapshot`;
}

/** Replaces the snapshot in one step: it is there whole, or not at all. */
export function writeSnapshot(
  folder: string,
  baseOffset: number,
  producers: ProducerSnapshot,
): void {
  const path = join(folder, snapshotFileName(baseOffset));
  writeFileSync(`${path}.tmp`, JSON.stringify(producers));
  renameSync(`${path}.tmp`, path);
}

/** The snapshot, or nothing when it is missing: then duplicates of older batches are not known. */
export function readSnapshot(folder: string, baseOffset: number): ProducerSnapshot {
  try {
    return JSON.parse(
      readFileSync(join(folder, snapshotFileName(baseOffset)), 'utf8'),
    ) as ProducerSnapshot;
  } catch {
    return [];
  }
}

/** Deletes the snapshot of a segment that is no more. */
export function removeSnapshot(folder: string, baseOffset: number): void {
  rmSync(join(folder, snapshotFileName(baseOffset)), { force: true });
}
