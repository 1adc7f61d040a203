import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';

/** An append-only file that never exceeds its size: at the limit it becomes `<path>.1`. */
export interface LogFile {
  write(line: string): void;
  close(): Promise<void>;
}

/** Size at which a file is rotated; with its predecessor a process keeps twice this on disk. */
export const LOG_FILE_BYTES = 5_000_000;
/** What may wait in memory for a slow disk before lines are dropped, bytes. */
const BACKLOG_BYTES = 1_000_000;

/**
 * Opens `path` for appending. A log must never harm what it logs: when the disk is full or slow,
 * lines are left out of the file (the ring still has them).
 */
export function createLogFile(path: string, limitBytes = LOG_FILE_BYTES): LogFile {
  let size = sizeOf(path);
  let stream = open(path);

  const rotate = (): void => {
    stream.end();
    try {
      renameSync(path, `${path}.1`);
    } catch {
      // The file is gone or may not be moved: go on with the same name.
    }
    stream = open(path);
    size = 0;
  };

  return {
    write(line) {
      if (stream.writableLength > BACKLOG_BYTES) return;
      size += Buffer.byteLength(line) + 1;
      stream.write(`${line}\n`);
      if (size >= limitBytes) rotate();
    },
    close: () =>
      new Promise((resolve) => {
        if (stream.destroyed) resolve();
        else stream.once('close', resolve).end();
      }),
  };
}

function open(path: string): WriteStream {
  return createWriteStream(path, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
