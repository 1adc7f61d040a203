import { createReadStream } from 'node:fs';

/** One line of a file as it was read. */
export interface RawLine {
  /** From 1. */
  number: number;
  /** Without its end; cut at {@link LONGEST_LINE_BYTES}. */
  text: string;
  /** False for what stands behind the last line feed: a line that was not finished. */
  ended: boolean;
}

/** No line of the trail is longer; what is, is no line of the trail. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;

/** The lines of a file, one after the other, with no more than one of them in memory. */
export async function* readLines(path: string): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  let size = 0;
  let number = 1;
  const keep = (part: Buffer): void => {
    const room = LONGEST_LINE_BYTES + 1 - size;
    if (room > 0) parts.push(part.subarray(0, room));
    size += Math.min(part.length, Math.max(room, 0));
  };
  const take = (ended: boolean): RawLine => {
    const text = Buffer.concat(parts).toString('utf8');
    parts = [];
    size = 0;
    return { number: number++, text, ended };
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      keep(chunk.subarray(start, end));
      yield take(true);
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (size > 0) yield take(false);
}
