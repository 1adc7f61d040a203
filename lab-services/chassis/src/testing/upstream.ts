import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an upstream does with a request. */
export type UpstreamAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server that behaves as badly as a test wants. */
export interface TestUpstream extends AsyncDisposable {
  readonly port: number;
  /** Requests received so far. */
  readonly requests: readonly IncomingMessage[];
  answer: UpstreamAnswer;
}

/** Answers `status` with `body` as JSON. */
export const answerWith =
  (status: number, body: unknown, headers: Record<string, string> = {}): UpstreamAnswer =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

/** Never answers. */
export const hang: UpstreamAnswer = () => undefined;

/** Breaks the connection with a reset. */
export const reset: UpstreamAnswer = (request) => void request.socket.resetAndDestroy();

/** Starts a {@link TestUpstream} on a free port of 127.0.0.1. */
export async function createUpstream(answer: UpstreamAnswer): Promise<TestUpstream> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    upstream.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: TestUpstream = {
    port: (server.address() as AddressInfo).port,
    requests,
    answer,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return upstream;
}
