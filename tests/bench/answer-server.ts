/**
 * A process that answers every request with the same small JSON, and swallows OTLP. Tells its port
 * to the process that forked it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ANSWER = JSON.stringify({ id: 'charge-1', state: 'captured', amount: 1999 });

const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
  if (request.method === 'POST') {
    request.resume().on('end', () => response.end());
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
