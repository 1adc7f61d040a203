import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A second way to the Docker engine, which can be cut without harm to the engine. */
export interface EngineRelay extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly address: string;
  /** As when the engine stops: open connections break, new ones find nothing. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

const ENGINE = '/var/run/docker.sock';

/** Opens a relay in front of the engine of this machine. */
export async function openEngineRelay(): Promise<EngineRelay> {
  const path = join(tmpdir(), `faultline-engine-${process.pid}.sock`);
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  const mend = async (): Promise<void> => {
    if (server) return;
    const opened = createServer({ allowHalfOpen: true }, (client) => {
      const engine = connect({ path: ENGINE, allowHalfOpen: true });
      for (const socket of [client, engine]) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      }
      client.pipe(engine).pipe(client);
    });
    await new Promise<void>((done) => opened.listen(path, done));
    server = opened;
  };
  const cut = async (): Promise<void> => {
    const closed = new Promise((done) => (server ? server.close(done) : done(null)));
    for (const socket of sockets) socket.destroy();
    await closed;
    server = null;
    await rm(path, { force: true });
  };
  await rm(path, { force: true });
  await mend();
  return { address: `unix://${path}`, cut, mend, [Symbol.asyncDispose]: cut };
}
