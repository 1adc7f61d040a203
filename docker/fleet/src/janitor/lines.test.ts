import { describe, expect, it } from 'vitest';
import { createLineReader } from './lines.ts';

describe('lines', () => {
  it('are put together from pieces', () => {
    const lines: string[] = [];
    const read = createLineReader((line) => lines.push(line));
    for (const piece of ['be', 'at\nbeat\r\nle', 'ave\n']) read(piece);
    expect(lines).toEqual(['beat', 'beat', 'leave']);
  });

  it('without an end are kept only in part', () => {
    const lines: string[] = [];
    const read = createLineReader((line) => lines.push(line));
    for (let piece = 0; piece < 100; piece += 1) read('x'.repeat(10_000));
    read('\nbeat\n');
    expect(lines.map((line) => line.length)).toEqual([1000, 4]);
  });
});
