import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { titleOf } from '../../real-parts/parts.ts';
import { SCRIPTS, type Step } from './api-scripts.ts';
import { startBoth, TOXIPROXY_IS_MISSING, type Answer, type Subject } from './subjects.ts';

const title = titleOf('The API of both servers', TOXIPROXY_IS_MISSING);

describe.skipIf(TOXIPROXY_IS_MISSING)(title, () => {
  let both: Awaited<ReturnType<typeof startBoth>>;
  let taken: Server;

  beforeAll(async () => {
    both = await startBoth();
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
  });

  afterAll(async () => {
    taken.close();
    await both[Symbol.asyncDispose]();
  });

  it.each(SCRIPTS)('answers alike: $title', async ({ steps }) => {
    for (const subject of [both.here, both.toxiproxy]) await removeAll(subject);
    const { port } = taken.address() as AddressInfo;
    const [here, toxiproxy] = await Promise.all([
      answersOf(both.here, steps, port),
      answersOf(both.toxiproxy, steps, port),
    ]);
    expect(here).toEqual(toxiproxy);
  });
});

async function removeAll(subject: Subject): Promise<void> {
  const { json } = await subject.call('GET', '/proxies');
  for (const name of Object.keys(json as object)) {
    await subject.call('DELETE', `/proxies/${encodeURIComponent(name)}`);
  }
}

async function answersOf(
  subject: Subject,
  steps: readonly Step[],
  takenPort: number,
): Promise<object[]> {
  const answers: object[] = [];
  for (const step of steps) {
    const [method, path, body] = step;
    const request = `${method} ${path} ${JSON.stringify(body) ?? ''}`;
    answers.push({ request, ...(await answerOf(subject, step, takenPort)) });
  }
  return answers;
}

async function answerOf(subject: Subject, step: Step, takenPort: number): Promise<object> {
  const [method, path, body, headers] = step;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const sent = text?.replaceAll('{taken}', String(takenPort));
  return comparable(await subject.call(method, path, sent, headers));
}

/** What must be equal: ports differ by nature, and `Logger` is a known difference. */
function comparable({ status, headers, text }: Answer): object {
  return {
    status,
    contentType: headers['content-type'],
    noSniff: headers['x-content-type-options'],
    requestId: headers['x-toxiproxy-request-id']?.toString().replace(/^[a-z0-9]{20}$/, 'well made'),
    length: headers['content-length'] === undefined ? 'unknown' : 'told',
    text: text.replaceAll('"Logger":{},', '').replace(/(\]|\d):\d{4,5}"/g, '$1:PORT"'),
  };
}
