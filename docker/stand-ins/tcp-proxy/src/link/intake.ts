import {
  connect,
  Socket,
  type OnReadOpts,
  type SocketConstructorOpts,
  type TcpNetConnectOpts,
} from 'node:net';

/** Where reading begins: room for most messages, and little memory for a silent connection. */
const SMALL_BYTES = 16 * 1024;

/** Small buffers of closed connections that wait for the next ones: 8 MiB at most. */
const MOST_SPARE_BUFFERS = 512;

/** Where it goes as soon as a read fills the buffer; still fits the cache of a core. */
const LARGE_BYTES = 64 * 1024;

/**
 * Reads a socket into one buffer, over and over.
 *
 * Node's `data` events bring a new buffer for each read, which is cold memory for the kernel to copy
 * into and work for the garbage collector: more than half of what it costs to pass bytes on.
 */
export interface Intake {
  readonly socket: Socket;
  /**
   * Sets who gets the data. It is lent: the next read overwrites it, unless `keep` was called.
   */
  deliverTo(reader: (data: Buffer) => void): void;
  /** Gives away the data that was delivered last: the next read gets another buffer. */
  keep(): void;
}

/** Options of both sockets of a connection. */
export type IntakeOptions = Pick<TcpNetConnectOpts, 'allowHalfOpen' | 'noDelay'> & {
  readonly highWaterMark: number;
};

/** Connects to an upstream; the intake is paused until its socket is resumed. */
export function dialIntake(to: { host: string; port: number }, options: IntakeOptions): Intake {
  return createIntake((onread) => connect({ ...options, ...to, onread }).pause());
}

/**
 * Takes an accepted socket over, paused. Servers make sockets that deliver `data` events; only one
 * that is made anew around the same handle can read into a buffer of ours.
 */
export function adoptIntake(accepted: Socket, options: IntakeOptions): Intake {
  const shell = accepted as Socket & { _handle: object | null };
  const handle = shell._handle;
  // The client is gone already: the socket that knows this is as good.
  if (!handle) return createIntake(() => accepted);
  shell._handle = null;
  return createIntake((onread) => {
    const withHandle = { ...options, handle, onread, pauseOnCreate: true };
    return new Socket(withHandle as unknown as SocketConstructorOpts);
  });
}

const spareBuffers: Buffer[] = [];

/** Short connections would otherwise be paid for in garbage collections. */
function takeSmallBuffer(): Buffer {
  return spareBuffers.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
}

function createIntake(open: (onread: OnReadOpts) => Socket): Intake {
  let buffer = takeSmallBuffer();
  let reader: (data: Buffer) => void = () => undefined;
  let kept = false;

  const socket = open({
    buffer: () => buffer,
    callback(sizeBytes) {
      reader(buffer.subarray(0, sizeBytes));
      const fitting = fittingSize(buffer.length, sizeBytes);
      if (kept || fitting !== buffer.length) buffer = Buffer.allocUnsafeSlow(fitting);
      kept = false;
      return true;
    },
  });
  // Nothing reads into it any more, and what was kept is not it.
  socket.once('close', () => {
    const isSpare = buffer.length === SMALL_BYTES && spareBuffers.length < MOST_SPARE_BUFFERS;
    if (isSpare) spareBuffers.push(buffer);
  });
  return {
    socket,
    deliverTo(next) {
      reader = next;
    },
    keep() {
      kept = true;
    },
  };
}

/** A full read asks for a large buffer, one that a fraction of a small one could hold, for that. */
function fittingSize(nowBytes: number, readBytes: number): number {
  if (readBytes === nowBytes) return LARGE_BYTES;
  return readBytes * 4 <= SMALL_BYTES ? SMALL_BYTES : nowBytes;
}
