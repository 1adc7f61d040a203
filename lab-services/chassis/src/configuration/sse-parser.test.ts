import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseParser } from './sse-parser.ts';

const STREAM =
  ': hello\n\nevent: snapshot\ndata: {"a":\ndata: 1}\n\nid: 1\ndata:no space\n\r\n: beat\n\n';

test('events come out however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
      const parse = createSseParser(1000);
      const edges = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      const events = edges
        .slice(1)
        .flatMap((edge, index) => parse(STREAM.slice(edges[index], edge)));
      expect(events).toEqual([
        { event: 'snapshot', data: '{"a":\n1}' },
        { event: 'message', data: 'no space' },
      ]);
    }),
  );
});

test('an event that does not end is given up', () => {
  const parse = createSseParser(10);
  expect(() => parse('data: 12345678')).toThrow('larger than 10');
});
