import { request } from 'node:http';
import { createToxiproxy, type Toxiproxy, type ToxiproxyOptions } from '../toxiproxy.ts';
import { startClient, startEcho, type Client, type Peer } from './peers.ts';

/** An answer of the API, raw and parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown;
}

/** A toxiproxy with one proxy, `line`, in front of an echo server. */
export interface Lab extends AsyncDisposable {
  readonly proxy: Toxiproxy;
  readonly echo: Peer;
  /** Where `line` listens. */
  readonly listen: string;
  call(method: string, path: string, body?: unknown, headers?: object): Promise<Answer>;
  addToxic(toxic: object): Promise<Answer>;
  connect(): Promise<Client>;
}

export async function startLab(options: ToxiproxyOptions = {}, upstream?: Peer): Promise<Lab> {
  const echo = upstream ?? (await startEcho());
  const proxy = await createToxiproxy({ port: 0, seed: 1, ...options });
  const call = caller(proxy.port);
  const line = { name: 'line', listen: '127.0.0.1:0', upstream: echo.address };
  const { listen } = (await call('POST', '/proxies', line)).json as { listen: string };
  return {
    proxy,
    echo,
    listen,
    call,
    addToxic: (toxic) => call('POST', '/proxies/line/toxics', toxic),
    connect: () => startClient(listen),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await echo[Symbol.asyncDispose]();
    },
  };
}

/** Calls the API over raw HTTP; a string body is sent as it is. */
export function caller(port: number): Lab['call'] {
  return (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, method, path, headers: { ...headers }, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => {
            const { statusCode: status = 0, headers: received } = response;
            resolve({ status, headers: received, text, json: tryParse(text) });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
