import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { findToxiproxy, isMissing, titleOf } from '../../real-parts/parts.ts';
import { startToxiproxy, stopProcess } from '../../real-parts/toxiproxy.ts';

const MAIN = new URL('../../../docker/stand-ins/tcp-proxy/src/main.ts', import.meta.url).pathname;

/** Key of a subject: which side of a known difference it is on. */
export type SubjectKey = 'toxiproxy' | 'here';

/** A proxy server that the suite is run against. */
export interface SubjectKind {
  readonly key: SubjectKey;
  /** Title of its suites; tells how to enable it while it is missing. */
  readonly title: string;
  readonly missing: boolean;
  /** Starts it as a process of its own, its API on a free port. */
  readonly start: (flags?: readonly string[]) => Promise<Subject>;
}

/** A running proxy server. */
export interface Subject extends AsyncDisposable {
  readonly key: SubjectKey;
  readonly url: string;
  readonly process: ChildProcess;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

const toxiproxy = findToxiproxy();

/** Whether the real Toxiproxy is missing, so that nothing can be compared. */
export const TOXIPROXY_IS_MISSING = isMissing('toxiproxy', toxiproxy);

const STAND_IN: SubjectKind = {
  key: 'here',
  title: 'stand-in',
  missing: false,
  start: startStandIn,
};

const REAL: SubjectKind = {
  key: 'toxiproxy',
  title: titleOf('Toxiproxy 2.12.0', TOXIPROXY_IS_MISSING),
  missing: TOXIPROXY_IS_MISSING,
  async start(flags) {
    if (!toxiproxy) throw new Error('a missing Toxiproxy was asked to start');
    const running = await startToxiproxy(toxiproxy, flags);
    return subject('toxiproxy', running.url, running.process);
  },
};

/** Both servers: the same suite runs against each. */
export const SUBJECTS: readonly SubjectKind[] = [STAND_IN, REAL];

/** Starts both, for tests that compare their answers one by one. */
export async function startBoth(
  flags: readonly string[] = [],
): Promise<AsyncDisposable & { readonly here: Subject; readonly toxiproxy: Subject }> {
  const [here, real] = await Promise.all([STAND_IN.start(flags), REAL.start(flags)]);
  return {
    here,
    toxiproxy: real,
    async [Symbol.asyncDispose]() {
      await Promise.all([here[Symbol.asyncDispose](), real[Symbol.asyncDispose]()]);
    },
  };
}

async function startStandIn(flags: readonly string[] = []): Promise<Subject> {
  const child = spawn(process.execPath, [MAIN, '-port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOG_LEVEL: 'info' },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"ready"')) continue;
    const { port } = JSON.parse(line) as { port: number };
    child.stdout.resume();
    return subject('here', `http://127.0.0.1:${port}`, child);
  }
  throw new Error(`the stand-in ended with ${child.exitCode} before it was ready`);
}

function subject(key: SubjectKey, url: string, child: ChildProcess): Subject {
  return {
    key,
    url,
    process: child,
    call: (method, path, body, headers) => call(url, method, path, body, headers),
    [Symbol.asyncDispose]: () => stopProcess(child),
  };
}

/** Raw HTTP: a string body is sent as it is, and nothing is added, followed or repeated. */
async function call(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const outgoing = request({ hostname, port, method, path, headers: { ...headers }, agent: false });
  outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: tryParse(text),
  };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
