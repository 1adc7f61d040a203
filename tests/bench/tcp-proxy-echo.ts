/**
 * The server behind a proxy that is measured, in a process of its own: `echo` sends back what it
 * gets, `sink` throws it away. Tells its ports to the parent.
 */
import { createServer, type AddressInfo, type ServerOpts } from 'node:net';
import { once } from 'node:events';

/** Ports of the server's process. */
export interface EchoPorts {
  readonly echo: number;
  readonly sink: number;
}

const SINK_BUFFER_BYTES = 1024 * 1024;

const options: ServerOpts = { noDelay: true };
const echo = createServer(options, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (data) => {
    if (!socket.write(data)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
}).listen(0, '127.0.0.1', 4096);

const sink = createServer({ ...options, highWaterMark: SINK_BUFFER_BYTES }, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
}).listen(0, '127.0.0.1', 4096);

await Promise.all([once(echo, 'listening'), once(sink, 'listening')]);
const portOf = (server: typeof echo) => (server.address() as AddressInfo).port;
process.send?.({ echo: portOf(echo), sink: portOf(sink) } satisfies EchoPorts);
process.once('disconnect', () => process.exit(0));
