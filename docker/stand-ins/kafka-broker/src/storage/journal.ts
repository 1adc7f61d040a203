import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { crc32c } from '../records/crc32c.ts';

/** The file is rewritten when it is larger than this, and four times what it was after the last time. */
const COMPACT_FROM_BYTES = 1024 * 1024;
const ENTRY_HEAD_BYTES = 8;

/**
 * A map of strings that survives the process: every change is appended to a file before it counts.
 *
 * ```
 * Entry => length crc payload
 *   length  => UINT32  bytes of the payload
 *   crc     => UINT32  CRC-32C of the payload
 *   payload => UTF-8   JSON: [key, value], or [key] for a removal
 * ```
 *
 * A torn last entry is cut off when the file is opened.
 */
export interface Journal {
  get(key: string): string | undefined;
  entries(): IterableIterator<[string, string]>;
  /** @throws the file system's error; the value is unchanged then */
  set(changes: readonly (readonly [key: string, value: string])[]): void;
  /** @throws the file system's error; nothing is removed then */
  remove(keys: readonly string[]): void;
  close(): void;
}

/** Opens the journal at `path`, creating it if it is not there. */
export function openJournal(path: string, fsync: boolean): Journal {
  return new FileJournal(path, fsync);
}

class FileJournal implements Journal {
  readonly #path: string;
  readonly #fsync: boolean;
  readonly #values = new Map<string, string>();
  #descriptor: number;
  #sizeBytes: number;
  #compactAtBytes = COMPACT_FROM_BYTES;

  constructor(path: string, fsync: boolean) {
    this.#path = path;
    this.#fsync = fsync;
    this.#descriptor = openSync(path, 'a+', 0o644);
    this.#sizeBytes = this.#load(readFileSync(path));
    ftruncateSync(this.#descriptor, this.#sizeBytes);
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }

  set(changes: readonly (readonly [key: string, value: string])[]): void {
    this.#append(changes.map((change) => encodeEntry(change)));
    for (const [key, value] of changes) this.#values.set(key, value);
    this.#compactIfLarge();
  }

  remove(keys: readonly string[]): void {
    const known = keys.filter((key) => this.#values.has(key));
    this.#append(known.map((key) => encodeEntry([key])));
    for (const key of known) this.#values.delete(key);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(entries: Buffer[]): void {
    const bytes = Buffer.concat(entries);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      if (this.#fsync) fdatasyncSync(this.#descriptor);
    } catch (cause) {
      ftruncateSync(this.#descriptor, this.#sizeBytes);
      throw cause;
    }
    this.#sizeBytes += bytes.length;
  }

  /** Takes over every whole entry and returns where the last one ends. */
  #load(bytes: Buffer): number {
    let at = 0;
    while (at + ENTRY_HEAD_BYTES <= bytes.length) {
      const start = at + ENTRY_HEAD_BYTES;
      const end = start + bytes.readUInt32BE(at);
      // Zeros, which a file system may leave behind, would pass as an empty entry.
      if (
        end === start ||
        end > bytes.length ||
        crc32c(bytes, start, end) !== bytes.readUInt32BE(at + 4)
      )
        break;
      const [key, value] = JSON.parse(bytes.toString('utf8', start, end)) as [string, string?];
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
      at = end;
    }
    return at;
  }

  /** Rewrites the file with what is current, replacing it in one step. A failure costs nothing. */
  #compactIfLarge(): void {
    if (this.#sizeBytes < this.#compactAtBytes) return;
    const bytes = Buffer.concat([...this.#values].map((entry) => encodeEntry(entry)));
    this.#compactAtBytes = Math.max(COMPACT_FROM_BYTES, bytes.length * 4);
    try {
      writeFileSync(`${this.#path}.tmp`, bytes);
      const descriptor = openSync(`${this.#path}.tmp`, 'a+');
      if (this.#fsync) fdatasyncSync(descriptor);
      renameSync(`${this.#path}.tmp`, this.#path);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
      this.#sizeBytes = bytes.length;
    } catch {
      // The disk is full: the longer file is still right.
    }
  }
}

function encodeEntry(entry: readonly [key: string, value?: string]): Buffer {
  const payload = Buffer.from(JSON.stringify(entry));
  const head = Buffer.alloc(ENTRY_HEAD_BYTES);
  head.writeUInt32BE(payload.length, 0);
  head.writeUInt32BE(crc32c(payload), 4);
  return Buffer.concat([head, payload]);
}
