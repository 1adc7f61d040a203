import type { Problem } from '@faultline/chassis/core';
import {
  Agent,
  request as ask,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';

/** Where what passes is led. */
export interface RelayTargets {
  registryUrl: string;
  otlpEndpoint: string;
}

/** Answers what passes from its targets and everything else with 404. */
export interface Relay extends Disposable {
  handle: RequestListener;
}

/** Everything that passes: method and path, each as it is. */
const PASSES: Readonly<Record<string, keyof RelayTargets>> = {
  'GET /registry/v1/watch': 'registryUrl',
  'POST /v1/traces': 'otlpEndpoint',
  'POST /v1/logs': 'otlpEndpoint',
  'POST /v1/metrics': 'otlpEndpoint',
};

/**
 * Headers that are handed on, there and back. `Host` is not one of them: targets refuse names that
 * are not theirs (DNS rebinding). Credentials are for the registry only.
 */
const HEADERS = [
  ...['accept', 'content-type', 'content-encoding', 'content-length', 'last-event-id'],
  ...['cache-control', 'retry-after', 'user-agent'],
];

/** Longest body, bytes: exporters send far less at once. */
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
const LONGEST_URL = 2000;
/** Longest silence of a target, milliseconds. A watch says something every five seconds. */
const SILENCE_MS = 30_000;

/** Creates a relay; disposing it cuts what is under way to the targets. */
export function createRelay(targets: RelayTargets): Relay {
  const bases = {
    registryUrl: new URL(targets.registryUrl),
    otlpEndpoint: new URL(targets.otlpEndpoint),
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 32 });
  return {
    handle(request, response) {
      const url = request.url ?? '';
      const [path = ''] = url.split('?', 1);
      const target = PASSES[`${request.method} ${path}`];
      // A browser names its page in `Origin`; no page has business here.
      if (!target || url.length > LONGEST_URL || request.headers.origin !== undefined) {
        refuse(response, 404, 'not-found', 'Only the registry and OTLP are here.');
      } else if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY_BYTES) {
        refuse(response, 413, 'too-large', TOO_LARGE);
      } else {
        const { authorization } = request.headers;
        const credentials: Record<string, string> =
          target === 'registryUrl' && authorization !== undefined ? { authorization } : {};
        relay(request, response, { base: bases[target], url, agent, credentials });
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

const TOO_LARGE = `The body is longer than ${LONGEST_BODY_BYTES} bytes.`;

/** One request on its way: `base` is the target, `url` path and query as they came. */
interface Passage {
  base: URL;
  url: string;
  agent: Agent;
  credentials: Record<string, string>;
}

function relay(
  request: IncomingMessage,
  response: ServerResponse,
  { base, url, agent, credentials }: Passage,
): void {
  const path = base.pathname.replace(/\/$/, '') + url;
  const onward = ask({
    agent,
    host: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port === '' ? 80 : base.port,
    path,
    method: request.method,
    headers: { ...pick(request.headers), ...credentials },
    timeout: SILENCE_MS,
  });
  onward.on('timeout', () => onward.destroy(new Error('does not answer')));
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, pick(answer.headers));
    // A watch that has nothing to say yet is open all the same.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', (error) => {
    const detail = `${base.host} cannot be reached: ${error.message}`;
    refuse(response, 502, 'upstream-unreachable', detail);
  });
  // Whoever waits for the answer left.
  response.on('close', () => onward.destroy());
  sendBody(request, response, onward);
}

function sendBody(request: IncomingMessage, response: ServerResponse, onward: ClientRequest): void {
  let sentBytes = 0;
  const send = (chunk: Buffer): void => {
    sentBytes += chunk.length;
    if (sentBytes > LONGEST_BODY_BYTES) {
      request.off('data', send);
      refuse(response, 413, 'too-large', TOO_LARGE);
      onward.destroy();
      // The rest is thrown away, for as long as the server lets a request take.
      request.resume();
    } else if (!onward.write(chunk)) {
      request.pause();
      onward.once('drain', () => request.resume());
    }
  };
  request.on('data', send).on('end', () => onward.end());
}

function pick(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = HEADERS.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(
    kept.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** Answers with a problem; cuts an answer that had begun, leaves one that is complete. */
function refuse(response: ServerResponse, status: number, code: string, detail: string): void {
  if (response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const title = status === 404 ? 'There is nothing here' : 'The request was not relayed';
  const problem: Problem = { type: 'about:blank', title, status, code, detail };
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(problem));
}
