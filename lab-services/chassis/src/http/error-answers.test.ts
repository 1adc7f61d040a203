import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineService } from '../index.ts';
import { startTestService, type TestService } from '../testing/index.ts';
import { problem } from './problem-error.ts';

let service: TestService;
let thrown: Error;

beforeAll(async () => {
  service = await startTestService(
    defineService({
      name: 'failing',
      calls: [],
      build: () => ({
        routes: (app) =>
          void app.get('/', () => {
            throw thrown;
          }),
      }),
    }),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

it.each([
  [new TypeError('x is undefined'), 500, 'internal-error', 'error'],
  [Object.assign(new Error('no'), { code: '23514' }), 500, 'internal-error', 'error'],
  [Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), 503, 'dependency-unavailable', 'warn'],
  [Object.assign(new Error('no'), { code: '53300' }), 503, 'dependency-unavailable', 'warn'],
  [
    new Error('timeout exceeded when trying to connect'),
    ...([503, 'dependency-unavailable', 'warn'] as const),
  ],
  [problem(503, 'overloaded', 'Too much'), 503, 'overloaded', undefined],
])('%s is answered with %d %s', async (error, status, code, level) => {
  thrown = error;
  const from = service.logs.length;
  const answer = await fetch(service.url);
  expect([answer.status, await answer.json()]).toMatchObject([status, { code, status }]);
  const told = service.logs
    .slice(from)
    .find((line) => String(line['msg']).startsWith('request failed'));
  expect(told?.['level']).toBe(level);
});
