import { constants } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import type { Workloads } from '../configuration/workload.ts';
import type { Workload } from '../core/index.ts';

/** Longest wait for the first bytes of a connection, and for the end of a handshake, milliseconds. */
const FIRST_BYTES_MS = 30_000;
const HANDSHAKE_MS = 10_000;

/** First byte of a TLS record that holds a handshake (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;
/** How HTTP/2 begins without TLS (RFC 9113, section 3.4); enough of it to tell it from a method. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0');

/** Takes connections that speak HTTP/2, encrypted or not. */
export type TakeHttp2 = (socket: Socket) => void;

/** One port for everything: decides by the first bytes who gets a connection. */
export interface FrontDoor {
  /** HTTP/2 is refused until somebody takes it. */
  setHttp2(take: TakeHttp2): void;
  /** Ends connections that have not said yet what they are. */
  close(): void;
}

/**
 * Puts the door before `server`, which keeps the port:
 *
 *     16 ...          TLS, then by ALPN: h2, else HTTP/1.1
 *     PRI * HTTP/2.0  HTTP/2
 *     anything else   HTTP/1.1
 *
 * TLS asks for a certificate and takes any, or none: whether it is good is for the guard to say,
 * who can answer with a reason.
 */
export function openFrontDoor(server: Server, workloads: Workloads): FrontDoor {
  const serveHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  const undecided = new Set<Socket>();
  let takeHttp2: TakeHttp2 | undefined;
  let tls: { server: TlsServer; of: Workload['tls'] } | undefined;

  const toHttp1 = (socket: Socket): void => {
    for (const listener of serveHttp1) listener.call(server, socket);
  };
  const toHttp2 = (socket: Socket): void => {
    if (takeHttp2) takeHttp2(socket);
    else socket.destroy();
  };
  const toTls = (socket: Socket): void => {
    const certificate = workloads.current?.tls;
    if (!certificate) return void socket.destroy();
    tls ??= {
      of: certificate,
      server: createTls(certificate, (inner) => {
        undecided.delete(socket);
        (inner.alpnProtocol === 'h2' ? toHttp2 : toHttp1)(inner);
      }),
    };
    if (tls.of !== certificate) {
      tls.of = certificate;
      tls.server.setSecureContext(contextOf(certificate));
    }
    undecided.add(socket);
    socket.once('close', () => undecided.delete(socket));
    tls.server.emit('connection', socket);
  };

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    undecided.add(socket);
    const forget = (): void => void undecided.delete(socket);
    socket.once('close', forget).on('error', ignore).setTimeout(FIRST_BYTES_MS, destroy);
    awaitHead(socket, (head) => {
      forget();
      socket.off('close', forget).off('error', ignore).off('timeout', destroy).setTimeout(0);
      if (head[0] === TLS_HANDSHAKE) toTls(socket);
      else if (head.length >= HTTP2_PREFACE.length) toHttp2(socket);
      else toHttp1(socket);
    });
  });
  return {
    setHttp2(take) {
      takeHttp2 = take;
    },
    close() {
      for (const socket of undecided) socket.destroy();
    },
  };
}

function ignore(): void {
  // A peer that leaves before it said anything is nobody's business.
}

function destroy(this: Socket): void {
  this.destroy();
}

/**
 * Calls `decide` with the first byte, or with the whole preface of HTTP/2 if it is one; the bytes
 * stay in the socket.
 */
function awaitHead(socket: Socket, decide: (head: Buffer) => void): void {
  let seen = Buffer.alloc(0);
  const look = (): void => {
    const more = socket.read() as Buffer | null;
    if (more !== null) seen = Buffer.concat([seen, more]);
    const length = Math.min(seen.length, HTTP2_PREFACE.length);
    const maybeHttp2 = seen.subarray(0, length).equals(HTTP2_PREFACE.subarray(0, length));
    const decided = !maybeHttp2 || length === HTTP2_PREFACE.length;
    if (!decided && (socket.readableEnded || more === null)) socket.destroy();
    else if (!decided) socket.once('readable', look);
    else {
      socket.unshift(seen);
      decide(maybeHttp2 ? HTTP2_PREFACE : seen.subarray(0, 1));
    }
  };
  socket.once('readable', look);
}

function createTls(
  certificate: NonNullable<Workload['tls']>,
  accept: (socket: TLSSocket) => void,
): TlsServer {
  const server = createTlsServer(
    {
      ...contextOf(certificate),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: HANDSHAKE_MS,
      // A session taken up again would be judged by a certificate that may have ended since.
      secureOptions: constants.SSL_OP_NO_TICKET,
      minVersion: 'TLSv1.2',
    },
    accept,
  );
  return server.on('tlsClientError', (_error, socket) => socket.destroy());
}

function contextOf({ certificate, privateKey, authorities }: NonNullable<Workload['tls']>) {
  return { cert: certificate, key: privateKey, ca: authorities };
}
