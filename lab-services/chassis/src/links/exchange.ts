import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';

/** One HTTP exchange. Expected endings are values. */
export type Exchange =
  | { kind: 'answered'; status: number; headers: IncomingHttpHeaders; body: Buffer }
  /** No answer; `sent` tells whether a byte of the request may have left this process. */
  | { kind: 'broken'; sent: boolean; detail: string }
  | { kind: 'timed-out'; sent: boolean }
  /** Called off by who asked for it. */
  | { kind: 'cancelled' };

export interface ExchangeRequest {
  method: Dispatcher.HttpMethod;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
  /** Time for everything, connecting included, milliseconds; Infinity means no limit. */
  timeoutMs: number;
  /** Calls the exchange off: the connection is closed, whatever the callee is doing. */
  signal?: AbortSignal | undefined;
}

/** An answer longer than this is broken off: a callee must not fill the caller's memory. */
const LARGEST_ANSWER_BYTES = 4 * 1_048_576;

const TIMED_OUT = new Error('attempt timed out');
const CANCELLED = new Error('attempt called off');

/** Sends `request` over `pool` and reads the whole answer. Never throws. */
export function exchange(pool: Pool, request: ExchangeRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    let sent = false;
    let over = false;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let chunks: Buffer[] = [];
    let sizeBytes = 0;
    let controller: Dispatcher.DispatchController | undefined;
    let timer: NodeJS.Timeout | undefined;

    function settle(result: Exchange): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', cancel);
      resolve(result);
    }

    function callOff(result: Exchange, reason: Error): void {
      settle(result);
      controller?.abort(reason);
    }
    const cancel = () => callOff({ kind: 'cancelled' }, CANCELLED);
    request.signal?.addEventListener('abort', cancel, { once: true });

    if (Number.isFinite(request.timeoutMs)) {
      const expire = () => callOff({ kind: 'timed-out', sent }, TIMED_OUT);
      timer = setTimeout(expire, request.timeoutMs);
    }

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        controller = given;
        // Queued behind a slow connection for too long: called off before a byte was sent.
        if (over) given.abort(TIMED_OUT);
        else sent = true;
      },
      onResponseStart(_controller, statusCode, received) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = received;
      },
      onResponseData(given, chunk) {
        sizeBytes += chunk.length;
        if (sizeBytes <= LARGEST_ANSWER_BYTES) chunks.push(chunk);
        else given.abort(new Error(`answer larger than ${LARGEST_ANSWER_BYTES} bytes`));
      },
      onResponseEnd() {
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        settle({ kind: 'answered', status, headers, body });
        chunks = [];
      },
      onResponseError(_controller, error) {
        settle({ kind: 'broken', sent, detail: describe(error) });
      },
    };
    const { method, path, body } = request;
    try {
      pool.dispatch({ method, path, headers: request.headers, body: body ?? null }, handler);
    } catch (error) {
      settle({ kind: 'broken', sent, detail: describe(error as Error) });
    }
  });
}

function describe(error: Error & { code?: string }): string {
  return error.code ? `${error.code}: ${error.message}` : error.message;
}
