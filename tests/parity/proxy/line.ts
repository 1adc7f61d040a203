import { dial, startServer, type End, type Server } from './peers.ts';
import type { Answer, Subject } from './subjects.ts';

/** Direction of a toxic: `upstream` is from the client to the server. */
export type Stream = 'upstream' | 'downstream';

export const STREAMS: readonly Stream[] = ['upstream', 'downstream'];

/** What a test says about a toxic. */
export interface ToxicInput {
  readonly name?: string;
  readonly type: string;
  readonly stream?: string;
  readonly toxicity?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** One proxied connection, seen from both of its ends. */
export interface Connection {
  readonly client: End;
  readonly server: End;
  /** The end that sends in a direction, and the one that receives. */
  readonly from: (stream: Stream) => End;
  readonly to: (stream: Stream) => End;
}

/** A proxy of its own in front of a server of its own. */
export interface Line extends AsyncDisposable {
  readonly name: string;
  readonly listen: string;
  readonly upstream: Server;
  /** Opens a connection and waits until the server has accepted it. */
  open(): Promise<Connection>;
  /** Adds a toxic. @throws Error unless it was accepted */
  add(toxic: ToxicInput): Promise<void>;
  update(name: string, change: object): Promise<void>;
  remove(name: string): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

let lines = 0;

/** Creates a proxy; `echo` lets the server send back what it gets. */
export async function createLine(
  subject: Subject,
  { echo = false, name = `line${(lines += 1)}` } = {},
): Promise<Line> {
  const path = `/proxies/${name}`;
  const upstream = await startServer({ echo });
  const clients: End[] = [];
  const body = { name, listen: '127.0.0.1:0', upstream: upstream.address };
  const { listen } = (await expectStatus(201, subject.call('POST', '/proxies', body))) as {
    listen: string;
  };
  return {
    name,
    listen,
    upstream,
    async open() {
      const client = await dial(listen);
      clients.push(client);
      const server = await upstream.accepted();
      return {
        client,
        server,
        from: (stream) => (stream === 'upstream' ? client : server),
        to: (stream) => (stream === 'upstream' ? server : client),
      };
    },
    async add(toxic) {
      await expectStatus(200, subject.call('POST', `${path}/toxics`, toxic));
    },
    async update(toxic, change) {
      await expectStatus(200, subject.call('POST', `${path}/toxics/${toxic}`, change));
    },
    async remove(toxic) {
      await expectStatus(204, subject.call('DELETE', `${path}/toxics/${toxic}`));
    },
    call: (method, below, more) => subject.call(method, `${path}${below}`, more),
    async [Symbol.asyncDispose]() {
      for (const { socket } of clients) socket.destroy();
      await upstream[Symbol.asyncDispose]();
      // A test may have killed the subject.
      await subject.call('DELETE', path).catch(() => undefined);
    },
  };
}

/** Sends bytes both ways and back again: proves that a connection is alive. */
export async function roundTrip({ client, server }: Connection): Promise<void> {
  const [atClient, atServer] = [client.received().length, server.received().length];
  client.socket.write('ping');
  await server.has(atServer + 4);
  server.socket.write('pong');
  await client.has(atClient + 4);
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<unknown> {
  const { status: got, text, json } = await answer;
  if (got !== status) throw new Error(`expected ${status}, got ${got}: ${text}`);
  return json;
}
