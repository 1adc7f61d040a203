import { expect, it } from 'vitest';
import { createBuildReader, createPullReader } from './progress.ts';

const lines = (...messages: object[]): string =>
  messages.map((message) => `${JSON.stringify(message)}\r\n`).join('');

it('tells a pull in layers and megabytes', () => {
  const reader = createPullReader();
  expect(reader.read(lines({ status: 'Pulling from apache/kafka', id: '4.3.0' }))).toBeNull();
  reader.read(lines({ status: 'Pulling fs layer', id: 'a' }));
  const half = { current: 30e6, total: 60e6 };
  expect(reader.read(lines({ status: 'Downloading', id: 'b', progressDetail: half }))).toBe(
    '0 of 2 layers, 30 of 60 MB',
  );
  expect(reader.read(lines({ status: 'Pull complete', id: 'b' }))).toBe(
    '1 of 2 layers, 60 of 60 MB',
  );
});

it('tells a build in steps, and keeps its last words', () => {
  const reader = createBuildReader();
  const [first = '', second = ''] = [
    lines({ stream: 'Step 3/9 : RUN npm ci' }),
    lines({ stream: '\n' }, { stream: 'npm error code E404\n' }, { error: 'returned code 1' }),
  ];
  expect(reader.read(first.slice(0, 9))).toBeNull();
  expect(reader.read(first.slice(9))).toBe('step 3/9: RUN npm ci');
  expect(reader.read(second)).toBeNull();
  expect(reader.error).toBe('returned code 1');
  expect(reader.lastLines).toEqual(['Step 3/9 : RUN npm ci', 'npm error code E404']);
});

it('survives what is no message', () => {
  const reader = createBuildReader();
  expect(reader.read('null\n[]\n{"broken\n\n')).toBeNull();
  expect(reader.error).toBeNull();
});
