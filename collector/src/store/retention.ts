import type { Logger } from 'pino';
import type { Database } from './database.ts';
import type { Readers } from './readers.ts';
import type { Slices } from './slices.ts';

/** A slice is closed when it holds this share of the limit: that much is dropped at a time. */
const SLICE_SHARE = 0.1;
/** Old slices go when this share of the limit is used; the rest is room for the next seconds. */
const DROP_SHARE = 0.9;

/** The write-ahead log is moved into the file from this size on: so much is read again after a crash. */
const LOG_BYTES = 16 * 1024 ** 2;

/** What retention works upon. */
export interface RetentionParts {
  database: Database;
  slices: Slices;
  readers: Readers;
  limitBytes: number;
  log: Logger;
}

/** Keeps the store below its limit. */
export interface Retention {
  /**
   * Keeps the write-ahead log short, begins and drops slices as needed.
   *
   * @param beforeChange called before the current slice changes
   */
  run(nowMs: number, beforeChange: () => void): Promise<void>;
  size(): { storeBytes: number; oldestAt: number | null };
}

/** Creates the retention of a store. */
export function createRetention(parts: RetentionParts): Retention {
  const { database, slices, readers, limitBytes, log } = parts;
  let storeBytes = 0;
  let sliceBeganAtBytes = 0;
  let oldestAt: number | null = null;

  async function begin(beforeChange: () => void): Promise<void> {
    beforeChange();
    await slices.begin();
    sliceBeganAtBytes = storeBytes;
  }

  return {
    size: () => ({ storeBytes, oldestAt }),
    async run(_nowMs, beforeChange) {
      if (database.logBytes() > Math.min(LOG_BYTES, limitBytes * SLICE_SHARE)) {
        await database.checkpoint();
      }
      storeBytes = await database.sizeBytes();
      if (storeBytes - sliceBeganAtBytes > limitBytes * SLICE_SHARE) await begin(beforeChange);
      let dropped = 0;
      while (storeBytes > limitBytes * DROP_SHARE) {
        if (slices.count === 1) await begin(beforeChange);
        if (!(await slices.dropOldest())) break;
        dropped += 1;
        // Blocks are free, and the log is short, only after a checkpoint.
        await readers.query('FORCE CHECKPOINT');
        storeBytes = await database.sizeBytes();
        sliceBeganAtBytes = Math.min(sliceBeganAtBytes, storeBytes);
      }
      if (dropped > 0)
        log.info({ dropped, storeBytes, limitBytes }, 'oldest telemetry was dropped');
      const [row] = await readers.query(
        `SELECT least((SELECT min(started_at) FROM ${slices.tables('spans')[0]}),
                      (SELECT min(logged_at) FROM ${slices.tables('logs')[0]})) AS oldest`,
      );
      oldestAt = (row?.oldest as number | null | undefined) ?? oldestAt;
    },
  };
}
