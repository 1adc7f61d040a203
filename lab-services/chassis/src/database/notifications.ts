import { Socket } from 'node:net';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Clock, Random } from '../core/index.ts';
import { keepTrying } from '../runtime/keep-trying.ts';

/** What listening needs. */
export interface ListenOptions {
  /** The connection is not the pool's: it is kept for as long as somebody listens. */
  connection: pg.ClientConfig;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** See `Database.listen`. */
export function listenTo(
  options: ListenOptions,
  channel: string,
  heard: (payload: string) => void,
): AsyncDisposable {
  const end = new AbortController();
  const running = keepTrying(() => hear(options, channel, heard, end.signal), {
    ...options,
    signal: end.signal,
    failed(error) {
      if (end.signal.aborted) return;
      options.log.warn({ err: error, channel }, 'notifications are not heard');
    },
  }).catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      end.abort(new Error('nobody listens any more'));
      await running;
    },
  };
}

/** Hears on one connection until it is lost, or closed at the end: rejects in any case. */
async function hear(
  { connection }: ListenOptions,
  channel: string,
  heard: (payload: string) => void,
  signal: AbortSignal,
): Promise<never> {
  // One of our own, to close it: what is said to a server that does not answer is waited for long.
  const socket = new Socket();
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  const client = new pg.Client({ ...connection, stream: () => socket });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  client.on('error', lost.reject);
  client.on('notification', ({ payload }) => heard(payload ?? ''));
  try {
    await client.connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    return await lost.promise;
  } finally {
    socket.destroy();
  }
}
