import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { BrokerState } from '../apis/api.ts';
import { createFrameSplitter } from '../wire/frames.ts';
import { MalformedRequest } from '../wire/malformed.ts';
import { dispatch, type Reply } from './dispatch.ts';

/** While a request is worked on, no more than this is read ahead, bytes. */
const READ_AHEAD_BYTES = 64 * 1024;

/**
 * Serves one client until it goes: requests are worked on one after another, so answers keep their
 * order. A client that sends faster, or does not read its answers, is not read from.
 *
 * @returns when the connection is closed; never rejects
 */
export async function serveConnection(socket: Socket, state: BrokerState): Promise<void> {
  const { settings, log } = state;
  const gone = new AbortController();
  const splitter = createFrameSplitter(settings.maxFrameBytes);
  const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
  const sender = { clientHost: `/${socket.remoteAddress ?? ''}`, signal: gone.signal };
  let isBusy = false;

  const close = (reason: string) => {
    log.warn({ peer, reason }, 'connection closed by the broker');
    socket.destroy();
  };
  const send = (reply: Reply): boolean => {
    if (reply.kind === 'close') close(reply.reason);
    if (reply.kind !== 'frame' || socket.destroyed) return true;
    socket.cork();
    let isFlushed = true;
    for (const chunk of reply.chunks) isFlushed = socket.write(chunk);
    socket.uncork();
    return isFlushed;
  };
  const work = async () => {
    for (let frame = splitter.next(); frame && !socket.destroyed; frame = splitter.next()) {
      const reply = dispatch(frame, sender, state);
      const isFlushed = send(reply instanceof Promise ? await reply : reply);
      if (!isFlushed && !socket.destroyed) await once(socket, 'drain', { signal: gone.signal });
    }
  };
  const workOff = () => {
    isBusy = true;
    work()
      .catch((error: unknown) => {
        if (gone.signal.aborted) return;
        if (error instanceof MalformedRequest) close(`malformed request: ${error.message}`);
        else {
          log.error({ peer, err: error }, 'request failed');
          socket.destroy();
        }
      })
      .finally(() => {
        isBusy = false;
        socket.resume();
      });
  };

  socket.setNoDelay(true);
  socket.setTimeout(settings.connectionIdleMs, () => {
    if (!isBusy) close(`nothing sent for ${settings.connectionIdleMs} ms`);
  });
  socket.on('error', (error) => log.debug({ peer, cause: error.message }, 'connection lost'));
  socket.on('data', (chunk: Buffer) => {
    splitter.push(chunk);
    if (!isBusy) workOff();
    else if (splitter.bufferedBytes > READ_AHEAD_BYTES) socket.pause();
  });
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  gone.abort();
}
