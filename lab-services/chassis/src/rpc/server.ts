import { once } from 'node:events';
import type { Socket } from 'node:net';
import type {
  Metadata,
  ServerUnaryCall,
  ServerWritableStream,
  StatusObject,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ProblemError } from '../http/problem-error.ts';
import { serverDurationIn } from '../http/server-duration.ts';
import type { RpcMethod, RpcService, RpcStreamMethod } from '../service.ts';
import type { TakeHttp2 } from '../transport/front-door.ts';
import { peerOf } from '../transport/peer.ts';
import { loadContract } from './contract.ts';
import { runInbound, type InboundCall, type InboundCallOptions } from './inbound-call.ts';
import { PROBLEM_CODE, RPC_STATUS, toRpcStatus } from './status.ts';

/** Longest message, bytes; as for bodies of HTTP. */
const LONGEST_MESSAGE_BYTES = 1_048_576;

const CLOSING = new Error('This instance is stopping');

export interface RpcServerOptions extends Omit<InboundCallOptions, 'duration'> {
  service: RpcService;
}

/** Serves gRPC on connections that the front door hands over. */
export interface RpcServer {
  readonly take: TakeHttp2;
  /** Ends streams, and lets calls in flight end, `timeoutMs` at most. */
  close(timeoutMs: number): Promise<void>;
}

type Call = ServerUnaryCall<unknown, object> | ServerWritableStream<unknown, object>;

/** Loads the library and the contract, and serves. */
export async function openRpcServer(given: RpcServerOptions): Promise<RpcServer> {
  const { service } = given;
  const options = { ...given, duration: serverDurationIn(given.telemetry.metrics) };
  const [grpc, contract] = await Promise.all([import('@grpc/grpc-js'), loadContract(service)]);
  const server = new grpc.Server({ 'grpc.max_receive_message_length': LONGEST_MESSAGE_BYTES });
  const sockets = new Map<string, Socket>();
  const streams = new Set<AbortController>();
  const handlers = createHandlers({ ...options, Metadata: grpc.Metadata }, sockets, streams);
  server.addService(contract.service, handlers);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  return {
    take(socket) {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      sockets.set(peer, socket);
      socket.once('close', () => {
        if (sockets.get(peer) === socket) sockets.delete(peer);
      });
      injector.injectConnection(socket);
    },
    async close(timeoutMs) {
      for (const stream of streams) stream.abort(CLOSING);
      injector.drain(timeoutMs);
      injector.destroy();
      const left = [...sockets.values()].map((socket) => closed(socket));
      const timer = setTimeout(() => server.forceShutdown(), timeoutMs);
      await Promise.all(left);
      clearTimeout(timer);
      server.forceShutdown();
    },
  };
}

interface HandlerOptions extends InboundCallOptions {
  service: RpcService;
  Metadata: new () => Metadata;
}

/** What the library calls for each method. */
function createHandlers(
  options: HandlerOptions,
  sockets: ReadonlyMap<string, Socket>,
  streams: Set<AbortController>,
): UntypedServiceImplementation {
  const { service, Metadata } = options;
  const status = (error: unknown) => toStatus(error, new Metadata());

  function inboundOf(name: string, { access }: RpcMethod | RpcStreamMethod, call: Call) {
    const controller = new AbortController();
    call.on('cancelled', () => controller.abort(new Error('The caller called it off')));
    const socket = sockets.get(call.getPeer());
    const inbound: InboundCall = {
      operation: `${service.service}/${name}`,
      access,
      peer: socket ? peerOf(socket) : { kind: 'plaintext' },
      metadata: call.metadata,
      deadline: call.getDeadline(),
      signal: controller.signal,
    };
    return { controller, inbound };
  }

  const handlers: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(service.methods)) {
    if ('stream' in method) {
      handlers[name] = (call: ServerWritableStream<unknown, object>) => {
        const { controller, inbound } = inboundOf(name, method, call);
        streams.add(controller);
        void serveStream({ ...options, Metadata }, inbound, method, call).finally(() => {
          streams.delete(controller);
        });
      };
      continue;
    }
    handlers[name] = (
      call: ServerUnaryCall<unknown, object>,
      answer: (error: Partial<StatusObject> | null, body?: object) => void,
    ) => {
      const { inbound } = inboundOf(name, method, call);
      const { signal } = inbound;
      runInbound(options, inbound, () => method.handle(call.request, { signal })).then(
        (body) => answer(null, body),
        (error: unknown) => answer(status(error)),
      );
    };
  }
  return handlers;
}

/** Opens a stream and writes what it has, no faster than it is read. */
async function serveStream(
  options: InboundCallOptions & { Metadata: new () => Metadata },
  inbound: InboundCall,
  method: RpcStreamMethod,
  call: ServerWritableStream<unknown, object>,
): Promise<void> {
  const { signal } = inbound;
  try {
    const messages = await runInbound(options, inbound, async () => {
      const opened = await method.stream(call.request, { signal });
      // Tells the caller that it is open, before there is anything to say.
      call.sendMetadata(new options.Metadata());
      return opened;
    });
    for await (const message of messages) {
      if (signal.aborted) break;
      if (!call.write(message)) await once(call, 'drain', { signal });
    }
    signal.throwIfAborted();
    call.end();
  } catch (error) {
    // Whoever called it off hears nothing of it.
    const reason: unknown = signal.aborted ? signal.reason : error;
    call.emit('error', toStatus(reason, new options.Metadata()));
  }
}

function toStatus(error: unknown, metadata: Metadata): Partial<StatusObject> {
  if (error === CLOSING) return { code: RPC_STATUS.unavailable, details: CLOSING.message };
  if (!(error instanceof ProblemError)) {
    return { code: toRpcStatus(500), details: 'The service failed; its log says why', metadata };
  }
  const { status, code, detail, title } = error.problem;
  metadata.set(PROBLEM_CODE, code);
  return { code: toRpcStatus(status), details: detail ?? title, metadata };
}

function closed(socket: Socket): Promise<void> {
  return socket.destroyed
    ? Promise.resolve()
    : new Promise((done) => socket.once('close', () => done()));
}
