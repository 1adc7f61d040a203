import type { Chassis } from '@faultline/chassis';
import { connect, type Socket } from 'node:net';
import type { LoadFault } from './fault.ts';

type SlowClients = Extract<LoadFault, { kind: 'slow-clients' }>;

/** Shortest time between two drops, milliseconds: faster clients send more at a time. */
const SHORTEST_TICK_MS = 50;
const MS_PER_S = 1_000;
/** A slow reader asks for so much at once: what fits into buffers would not be felt. */
const ASKED_AT_ONCE = 8;

const HEAD = 'GET /v1/products HTTP/1.1\r\nHost: edge\r\n';
/** The head of a slow sender ends never: it goes on with a header that grows. */
const ENDLESS_HEAD = `${HEAD}X-Slow: `;
const WHOLE_REQUESTS = `${HEAD}\r\n`.repeat(ASKED_AT_ONCE);

/** Opens the connections, and others in place of those that the shop closes, until disposed of. */
export function createSlowClients(
  { clock, log }: Pick<Chassis, 'clock' | 'log'>,
  { connections, does, bytesPerSecond, endpoints }: SlowClients,
): Disposable {
  const sockets: (Socket | undefined)[] = Array.from({ length: connections }, () => undefined);
  const end = new AbortController();
  const tickMs = Math.max(SHORTEST_TICK_MS, MS_PER_S / bytesPerSecond);
  const dropBytes = Math.max(1, Math.round((bytesPerSecond * tickMs) / MS_PER_S));

  const open = (index: number): Socket => {
    const { host, port } = endpoints[index % endpoints.length] ?? { host: '', port: 0 };
    const socket = connect({ host, port, noDelay: true });
    const gone = () => {
      if (sockets[index] === socket) sockets[index] = undefined;
    };
    socket.on('error', () => undefined).once('close', gone);
    if (does === 'send') {
      socket.resume().write(ENDLESS_HEAD);
    } else {
      // What is not asked for is read ahead only until a buffer is full; then the window closes.
      socket.on('readable', () => undefined).write(WHOLE_REQUESTS);
    }
    return socket;
  };
  const drip = (socket: Socket): void => {
    if (does === 'send') socket.write('z'.repeat(dropBytes));
    else socket.read(Math.min(dropBytes, socket.readableLength));
  };
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      for (const [index, socket] of sockets.entries()) {
        if (socket) drip(socket);
        else sockets[index] = open(index);
      }
      await clock.sleep(tickMs, end.signal);
    }
  };
  run().catch((error: unknown) => {
    if (!end.signal.aborted) log.error({ err: error }, 'slow clients stopped');
  });
  return {
    [Symbol.dispose]() {
      end.abort(new Error('the slow clients leave'));
      for (const socket of sockets) socket?.destroy();
    },
  };
}
