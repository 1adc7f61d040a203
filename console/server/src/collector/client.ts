import { Pool } from 'undici';
import type { Readable } from 'node:stream';
import { ApiProblem } from '../http/problems.ts';

/** An answer of the collector, passed on as it comes in. */
export interface CollectorAnswer {
  status: number;
  contentType: string;
  body: Readable;
}

/** The collector's HTTP API as the control plane uses it. */
export interface CollectorClient extends AsyncDisposable {
  /** Throws {@link ApiProblem} `collector-unreachable` when no answer comes. */
  get(path: string, query: URLSearchParams): Promise<CollectorAnswer>;
  /** Throws when the collector refuses or does not answer. */
  put(path: string, body: unknown): Promise<void>;
  /** Opens the live stream; it lasts until `signal` aborts or the collector closes it. */
  open(path: string, signal: AbortSignal): Promise<Readable>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 20_000;
/** The stream brings `red` every second; silence for this long means that it is dead. */
const STREAM_SILENCE_MS = 15_000;

/** Creates a client of the collector at `baseUrl`. */
export function createCollectorClient(baseUrl: string): CollectorClient {
  const pool = new Pool(baseUrl, {
    connections: 16,
    connectTimeout: 2_000,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
  });
  return {
    async get(path, query) {
      const search = query.size > 0 ? `?${query.toString()}` : '';
      try {
        const { statusCode, headers, body } = await pool.request({
          method: 'GET',
          path: `${path}${search}`,
        });
        const contentType = headers['content-type'];
        return {
          status: statusCode,
          contentType: typeof contentType === 'string' ? contentType : 'application/json',
          body,
        };
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new ApiProblem(
          'collector-unreachable',
          `the collector at ${baseUrl} does not answer (${cause}); it is restarted by itself, try again`,
        );
      }
    },
    async put(path, body) {
      const answer = await pool.request({
        method: 'PUT',
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) {
        throw new Error(`PUT ${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
      }
    },
    async open(path, signal) {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path,
        headers: { accept: 'text/event-stream' },
        bodyTimeout: STREAM_SILENCE_MS,
        signal,
      });
      if (statusCode === 200) return body;
      await body.dump();
      throw new Error(`GET ${path} answered ${statusCode}`);
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
