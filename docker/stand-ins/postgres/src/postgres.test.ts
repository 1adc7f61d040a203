import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from './index.ts';

const DATABASES = [
  { name: 'orders', role: 'orders', password: "it's orders" },
  { name: 'payments', role: 'payments', password: 'payments-secret' },
];

let dataDir: string;
const ownPath = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-postgres-'));
  await chmod(folder, 0o755);
  return folder;
};

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

beforeAll(async () => {
  dataDir = await ownPath();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('a running server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ dataDir, databases: DATABASES, superuserPassword: 'the-super' });
  });
  afterAll(() => server.stop());

  it('gives every role its own database', async () => {
    const rows = await query(server.url('orders'), 'SELECT current_user, current_database()');
    expect(rows).toEqual([{ current_user: 'orders', current_database: 'orders' }]);
  });

  it('lets a role create its tables', async () => {
    await query(server.url('orders'), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    expect(await query(server.url('orders'), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  });

  it.each(['payments', 'postgres', 'template1'])(
    'refuses the role orders the database %s',
    async (database) => {
      const url = new URL(server.url('orders'));
      url.pathname = `/${database}`;
      await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('refuses a wrong password', async () => {
    const url = new URL(server.url('payments'));
    url.password = 'wrong-secret';
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('gives the superuser the password it was told', async () => {
    const url = new URL(server.url('orders'));
    [url.username, url.password, url.pathname] = ['postgres', 'the-super', '/orders'];
    expect(await query(url.href, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('refuses to start on a port that is taken, and says so', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as { port: number };
    const other = await ownPath();
    const refused = startPostgres({ dataDir: other, databases: [], port });
    await expect(refused).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`) as string,
    });
    occupant.close();
    await rm(other, { recursive: true });
  });
});

it('keeps data over a restart and sets new passwords', async () => {
  const databases = DATABASES.map((database) => ({ ...database, password: 'another-one' }));
  await using server = await startPostgres({ dataDir, databases });
  expect(await query(server.url('orders'), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  const former = new URL(server.url('orders'));
  former.password = "it's orders";
  await expect(query(former.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
});

it.runIf(process.getuid?.() === 0)('runs in a folder that only root may enter', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'postgres-closed-'));
  await chmod(closed, 0o700);
  const database = { name: 'orders', role: 'orders', password: 'secret' };
  {
    await using server = await startPostgres({
      dataDir: join(closed, 'pg'),
      databases: [database],
    });
    expect(await query(server.url('orders'), 'SELECT current_user AS me')).toEqual([
      { me: 'orders' },
    ]);
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => 'Uid:\t1');
    expect(status).not.toMatch(/^Uid:\s+0\b/m);
  }
  await rm(closed, { recursive: true });
});

it('says that a data folder cannot be written', async () => {
  const folder = await ownPath();
  await writeFile(join(folder, 'file'), '');
  const refused = startPostgres({ dataDir: join(folder, 'file', 'below'), databases: [] });
  await expect(refused).rejects.toMatchObject({ code: 'folder-unwritable' });
  await rm(folder, { recursive: true });
});

describe('the program', () => {
  const main = join(import.meta.dirname, 'main.ts');

  async function run(): Promise<{ child: ChildProcess; port: number; serverPid: number }> {
    const child = spawn(process.execPath, [main, '--port', '0', '--data-dir', dataDir], {
      env: { PATH: process.env.PATH, POSTGRES_DATABASES: JSON.stringify(DATABASES) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { msg: string; port: number; serverPid: number };
      if (entry.msg === 'ready') return { child, port: entry.port, serverPid: entry.serverPid };
    }
    throw new Error('The program ended without being ready.');
  }

  it('ends with code 0 on SIGTERM and leaves no server', async () => {
    const { child, serverPid } = await run();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(isAlive(serverPid)).toBe(false);
  });

  it('takes the server with it when it is killed, and the next start finds every commit', async () => {
    const first = await run();
    const url = `postgresql://orders:${encodeURIComponent("it's orders")}@127.0.0.1:${first.port}/orders`;
    await query(url, 'INSERT INTO kept VALUES (8)');
    first.child.kill('SIGKILL');
    const second = await run();
    await until(() => !isAlive(first.serverPid));
    const again = url.replace(`:${first.port}/`, `:${second.port}/`);
    expect(await query(again, 'SELECT id FROM kept ORDER BY id')).toEqual([{ id: 7 }, { id: 8 }]);
    second.child.kill('SIGKILL');
    await until(() => !isAlive(second.serverPid));
  });

  it('ends with code 1 when the server dies', async () => {
    const { child, serverPid } = await run();
    process.kill(serverPid, 'SIGQUIT');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});
