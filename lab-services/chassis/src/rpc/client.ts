import type * as Grpc from '@grpc/grpc-js';
import type { Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { LinkConfiguration } from '../core/index.ts';
import type { Exchange } from '../links/exchange.ts';
import { problemDocument } from '../http/problem-error.ts';
import type { ClientTls } from '../transport/client-tls.ts';
import { loadContract, methodOf, type RpcContract } from './contract.ts';
import { PROBLEM_CODE, RPC_STATUS, toHttpStatus } from './status.ts';

/** A channel is one connection: its life has to suit links that break and heal. */
const CHANNEL_OPTIONS = {
  // The link retries, and knows how often it may, and when.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 250,
  // A stream whose callee fell silent is found out; channels without calls are left in peace.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** One call over gRPC. */
export interface RpcCall extends RpcContract {
  method: string;
  message: object;
}

export interface RpcExchangeRequest {
  host: string;
  port: number;
  call: RpcCall;
  headers: Readonly<Record<string, string>>;
  /** Sent as `grpc-timeout`, milliseconds; Infinity means no limit. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Opening of a stream of the callee's. */
export interface RpcStreamRequest extends Omit<RpcExchangeRequest, 'timeoutMs' | 'signal'> {
  /** Longest wait until it is open, milliseconds; the stream itself has no limit. */
  openWithinMs: number;
  /** Ends the stream, opened or not. */
  signal: AbortSignal;
}

/** A stream that the callee opened, or how it did not; reading throws when it breaks. */
export type RpcOpening = { kind: 'opened'; messages: AsyncIterable<unknown> } | Exchange;

/** Channels of a link, one per endpoint and certificate. */
export interface RpcChannels extends Disposable {
  /** The same as an exchange over HTTP, in the terms of one. Never throws. */
  exchange(request: RpcExchangeRequest): Promise<Exchange>;
  /** Never throws. */
  open(request: RpcStreamRequest): Promise<RpcOpening>;
  /** @returns whether that is a change */
  configure(tls: LinkConfiguration['tls']): boolean;
}

interface Channel {
  client: Client;
  /** What it was made with. */
  of: unknown;
  /** Calls that are not answered, and streams that are not open. */
  calls: number;
  /** Closed as soon as it has no calls: those that still wait for its connection would be lost. */
  retired: boolean;
}

/** Creates channels to `callee`; nothing is loaded before the first call. */
export function createRpcChannels(callee: string, clientTls: ClientTls | undefined): RpcChannels {
  const channels = new Map<string, Channel>();
  let tls: LinkConfiguration['tls'] = 'none';

  async function channelTo(host: string, port: number): Promise<Channel> {
    const grpc = await import('@grpc/grpc-js');
    const settings = tls === 'none' ? undefined : clientTls?.settings(callee, tls);
    if (tls !== 'none' && !settings) throw new Error('This instance has no certificate yet');
    const of = settings ?? 'plaintext';
    const key = `${host}:${port}`;
    const present = channels.get(key);
    if (present?.of === of) return present;
    if (present) retire(present);
    const client = createClient(grpc, key, callee, settings);
    const channel: Channel = { client, of, calls: 0, retired: false };
    channels.set(key, channel);
    return channel;
  }

  /** Calls under way end on the channel they began on; no other begins there. */
  function retire(channel: Channel): void {
    for (const [key, present] of channels) if (present === channel) channels.delete(key);
    channel.retired = true;
    closeIfIdle(channel);
  }

  async function withClient<Result extends { kind: string }>(
    { host, port }: { host: string; port: number },
    use: (client: Client) => Promise<Result>,
  ): Promise<Result | Exchange> {
    try {
      const channel = await channelTo(host, port);
      channel.calls += 1;
      try {
        const result = await use(channel.client);
        // As with HTTP, a connection on which somebody waited in vain is not used again.
        if (result.kind === 'timed-out') retire(channel);
        return result;
      } finally {
        channel.calls -= 1;
        closeIfIdle(channel);
      }
    } catch (error) {
      return { kind: 'broken', sent: false, detail: (error as Error).message };
    }
  }

  return {
    configure(next) {
      const before = tls;
      tls = next;
      return next !== before;
    },
    exchange: (request) => withClient(request, (client) => callOnce(client, request)),
    open: (request) => withClient(request, (client) => openOnce(client, request)),
    [Symbol.dispose]() {
      for (const { client } of channels.values()) client.close();
      channels.clear();
    },
  };
}

function createClient(
  grpc: typeof Grpc,
  address: string,
  callee: string,
  settings: ReturnType<ClientTls['settings']>,
): Client {
  const credentials = settings?.secureContext
    ? grpc.credentials.createFromSecureContext(settings.secureContext, {
        checkServerIdentity: settings.checkServerIdentity as never,
      })
    : grpc.credentials.createInsecure();
  return new grpc.Client(address, credentials, {
    'grpc.ssl_target_name_override': callee,
    'grpc.default_authority': callee,
    ...CHANNEL_OPTIONS,
  });
}

function closeIfIdle({ client, calls, retired }: Channel): void {
  if (retired && calls === 0) client.close();
}

/** What both kinds of calls begin with. */
async function prepare({ call, headers }: Pick<RpcExchangeRequest, 'call' | 'headers'>) {
  const [{ Metadata }, contract] = await Promise.all([import('@grpc/grpc-js'), loadContract(call)]);
  const { path, requestSerialize, responseDeserialize } = methodOf(contract.service, call.method);
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return [path, requestSerialize, responseDeserialize, call.message, metadata] as const;
}

async function callOnce(client: Client, request: RpcExchangeRequest): Promise<Exchange> {
  const { timeoutMs, signal } = request;
  const prepared = await prepare(request);
  const options = Number.isFinite(timeoutMs) ? { deadline: Date.now() + timeoutMs } : {};
  return new Promise((resolve) => {
    const answered = (error: ServiceError | null, body?: unknown): void => {
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) resolve({ kind: 'cancelled' });
      else resolve(error ? readError(error) : answer(200, body));
    };
    const running = client.makeUnaryRequest(...prepared, options, answered);
    const cancel = (): void => running.cancel();
    signal?.addEventListener('abort', cancel);
  });
}

async function openOnce(client: Client, request: RpcStreamRequest): Promise<RpcOpening> {
  const { openWithinMs, signal } = request;
  const prepared = await prepare(request);
  if (signal.aborted) return { kind: 'cancelled' };
  const stream = client.makeServerStreamRequest(...prepared, {});
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return new Promise((resolve) => {
    const expire = (): void => {
      resolve({ kind: 'timed-out', sent: true });
      cancel();
    };
    const timer = Number.isFinite(openWithinMs) ? setTimeout(expire, openWithinMs) : undefined;
    stream.once('metadata', () => {
      clearTimeout(timer);
      resolve({ kind: 'opened', messages: readAll(stream, signal, cancel) });
    });
    stream.on('error', (error: ServiceError) => {
      clearTimeout(timer);
      resolve(signal.aborted ? { kind: 'cancelled' } : readError(error));
    });
  });
}

/** Takes one message after the other: what is not taken yet stays at the callee. */
async function* readAll(
  stream: ClientReadableStream<unknown>,
  signal: AbortSignal,
  cancel: () => void,
): AsyncIterable<unknown> {
  try {
    yield* stream;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** An error of the callee carries metadata of its own; one of the line is made here. */
function readError(error: ServiceError): Exchange {
  const [code] = error.metadata.get(PROBLEM_CODE);
  const number: number = error.code;
  if (code === undefined) {
    if (number === RPC_STATUS.deadlineExceeded) return { kind: 'timed-out', sent: true };
    if (number === RPC_STATUS.unavailable) {
      const sent = !/No connection established/.test(error.details);
      return { kind: 'broken', sent, detail: error.details };
    }
  }
  const status = toHttpStatus(error.code);
  return answer(status, problemDocument(status, String(code ?? 'unspecified'), error.details));
}

function answer(status: number, body: unknown): Exchange {
  return { kind: 'answered', status, headers: {}, body: Buffer.from(JSON.stringify(body)) };
}
