import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const SERVICE_URI = /^URI:spiffe:\/\/faultline\/service\/([a-z][a-z-]{0,62})$/;

/** Who is at the other end of a connection, as its certificate says. */
export type Peer =
  /** Nothing was encrypted. */
  | { kind: 'plaintext' }
  /** Encrypted, and the peer showed no certificate. */
  | { kind: 'anonymous' }
  /** The certificate is not good: expired, of another authority, without a service's name. */
  | { kind: 'refused'; reason: string }
  | { kind: 'service'; name: string };

const known = new WeakMap<Socket, Peer>();

/** Reads the peer of a connection that a server accepted. */
export function peerOf(socket: Socket): Peer {
  let peer = known.get(socket);
  if (!peer) known.set(socket, (peer = readPeer(socket as TLSSocket)));
  return peer;
}

/** The service that a certificate names, given its alternative names as OpenSSL prints them. */
export function serviceIn(subjectAltName: string | undefined): string | undefined {
  const names = (subjectAltName ?? '').split(', ').map((name) => SERVICE_URI.exec(name)?.[1]);
  return names.find((name) => name !== undefined);
}

function readPeer(socket: TLSSocket): Peer {
  if (!socket.encrypted) return { kind: 'plaintext' };
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return { kind: 'anonymous' };
  if (!socket.authorized) {
    const { authorizationError } = socket;
    const reason = (authorizationError as { code?: string } | null)?.code ?? authorizationError;
    return { kind: 'refused', reason: String(reason) };
  }
  const name = serviceIn(certificate.subjectAltName);
  return name === undefined
    ? { kind: 'refused', reason: 'no service named' }
    : { kind: 'service', name };
}
