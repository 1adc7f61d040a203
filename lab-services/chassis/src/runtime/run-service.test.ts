import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const INDEX = fileURLToPath(new URL('../index.ts', import.meta.url));
let folder: string;
let main: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-run-'));
  main = join(folder, 'main.ts');
  await writeFile(
    main,
    `import { defineService, runService } from ${JSON.stringify(INDEX)};
     await runService(defineService({ name: 'shelf', calls: [], build: () => ({ routes(app) {
       app.get('/slow', async () => { await new Promise((r) => setTimeout(r, 300)); return 'done'; });
       app.get('/crash', () => { setImmediate(() => { throw new Error('bug'); }); return 'soon'; });
     } }) }));`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(variables: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main], {
    env: {
      SERVICE_NAME: 'shelf',
      INSTANCE_ID: 'shelf-1',
      PORT: '0',
      REGISTRY_URL: 'http://127.0.0.1:9',
      INTERNAL_TOKEN: 'a-token-of-some-length',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  const ready = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    lines.push(parsed);
    if (parsed.msg === 'ready') ready.resolve(`http://127.0.0.1:${Number(parsed.port)}`);
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines, ready: ready.promise, exit };
}

test('a process says when it is ready, answers what is in flight on SIGTERM and ends with 0', async () => {
  const { child, ready, exit } = run();
  const url = await ready;
  const slow = fetch(`${url}/slow`).then((answer) => answer.text());
  await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200);
  child.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${url}/ready`)).status, { interval: 10 }).toBe(503);
  expect(await slow).toBe('done');
  expect(await exit).toBe(0);
});

test('an error that nobody caught is logged and ends the process with 1', async () => {
  const { lines, ready, exit } = run();
  await fetch(`${await ready}/crash`).catch(() => undefined);
  expect(await exit).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'fatal',
      msg: 'uncaught error',
      err: expect.objectContaining({ message: 'bug' }) as object,
    }),
  );
});

test('a bad environment ends the process with 1 and says what is wrong', async () => {
  const { lines, exit } = run({ PORT: 'many' });
  expect(await exit).toBe(1);
  expect(lines.at(-1)?.msg).toMatch(/PORT: .*received "many"/);
});
