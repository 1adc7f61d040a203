import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { stopProcess } from '../../real-parts/toxiproxy.ts';

/** Listens with the shortest queue and never accepts: its process is asleep for good. */
const SLEEPER = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** An address where a dial neither succeeds nor fails. */
export interface HangingUpstream extends AsyncDisposable {
  readonly address: string;
  /** From now on dials are refused. */
  release(): Promise<void>;
}

/** Fills the queue of a server that does not accept, so that the kernel drops further requests. */
export async function startHangingUpstream(): Promise<HangingUpstream> {
  const child = spawn(process.execPath, ['-e', SLEEPER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const fillers: Socket[] = [];
  for (let connected = true; connected;) {
    const socket = connect(Number(line), '127.0.0.1').on('error', () => undefined);
    fillers.push(socket);
    connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      pause(500).then(() => false),
    ]);
  }
  async function release(): Promise<void> {
    await stopProcess(child);
    for (const socket of fillers) socket.destroy();
  }
  return { address: `127.0.0.1:${line}`, release, [Symbol.asyncDispose]: release };
}
