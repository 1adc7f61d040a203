import { expect, it } from 'vitest';
import { readLogFrames } from './logs.ts';

function frame(stream: number, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

it('keeps the order of output and error', () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\r\n'), frame(1, 'three\nfour\n')]);
  expect(readLogFrames(bytes)).toEqual(['one', 'two', 'three', 'four']);
});

it('joins a line that came in two frames', () => {
  const bytes = Buffer.concat([frame(1, 'be'), frame(2, 'error\n'), frame(1, 'gin\nrest')]);
  expect(readLogFrames(bytes)).toEqual(['error', 'begin', 'rest']);
});

it('reads as much as there is of a frame that is cut off', () => {
  expect(readLogFrames(frame(1, 'whole line').subarray(0, 13))).toEqual(['whole']);
  expect(readLogFrames(Buffer.alloc(5))).toEqual([]);
});

it('cuts lines that are too long', () => {
  expect(readLogFrames(frame(1, 'x'.repeat(5000)))[0]).toHaveLength(4097);
});
