import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { LinkPolicyPatch } from '@faultline/chassis/core';
import { createTestRegistry, startPostgres, TEST_INTERNAL_TOKEN } from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { DEFAULT_POLICIES, deriveLinks, TOPOLOGY } from '@faultline/topology';

const ROOT = resolve(import.meta.dirname, '../..');
const LINKS = deriveLinks(TOPOLOGY).filter(({ kind }) => kind === 'service');

/** One service instance: a real process. */
export interface Instance {
  readonly id: string;
  readonly url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Every service of the catalogue as processes, on a real database and broker, without proxies. */
export interface Shop extends AsyncDisposable {
  start(service: string, number?: number): Promise<Instance>;
  running(service: string): Instance[];
  /** Base URL of an instance that runs. */
  urlOf(service: string): string;
  /** What the service states about its own data. */
  audit<Facts>(service: string): Promise<Facts>;
  /** All rows of the service's audit, page by page. */
  auditRows<Row>(service: string): Promise<Row[]>;
}

interface Running extends Instance {
  service: string;
  port: number;
  child: ChildProcess;
}

/** The policies of the lab, but for the patience: a busy machine must not make orders fail. */
function patienceOn(link: string): LinkPolicyPatch {
  return {
    ...DEFAULT_POLICIES[link],
    timeout: { attemptMs: 15_000 },
    breaker: { slowCallMs: 15_000, openMs: 500 },
  };
}

/** Starts database, broker and registry; services are started one by one. */
export async function openShop(): Promise<Shop> {
  const resources = new AsyncDisposableStack();
  const postgres = resources.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-shop-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = TOPOLOGY.topics.map((topic) => ({ ...topic }));
  const broker = resources.use(await createBroker({ port: 0, dataDir: folder, topics }));
  const registry = resources.use(await createTestRegistry());
  const running = new Map<string, Running>();
  const databases = new Map<string, Promise<string>>();
  resources.defer(async () => {
    await Promise.all([...running.values()].map((instance) => instance.kill()));
  });
  for (const { name } of LINKS) registry.setLink(name, [], patienceOn(name));

  function announce(): void {
    for (const { name, to } of LINKS) {
      const endpoints = [...running.values()]
        .filter(({ service }) => service === to)
        .map(({ id, port }) => ({ instance: id, host: '127.0.0.1', port, healthy: true }));
      registry.setLink(name, endpoints);
    }
  }

  async function databaseOf(service: string): Promise<Record<string, string>> {
    if (!TOPOLOGY.services.find(({ name }) => name === service)?.database) return {};
    const url = databases.get(service) ?? postgres.createDatabase(service);
    databases.set(service, url);
    return { DATABASE_URL: await url };
  }

  const shop: Shop = {
    async start(service, number = 1) {
      const id = `${service}-${number}`;
      const child = spawn(process.execPath, [join(ROOT, `lab-services/${service}/src/main.ts`)], {
        env: {
          PATH: process.env['PATH'],
          SERVICE_NAME: service,
          INSTANCE_ID: id,
          PORT: '0',
          REGISTRY_URL: registry.url,
          KAFKA_BROKERS: `${broker.host}:${broker.port}`,
          INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
          LOAD_ENABLED: 'false',
          PROVIDER_API_KEY: TEST_INTERNAL_TOKEN,
          ...(await databaseOf(service)),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const port = await readPort(child, id);
      const instance: Running = {
        id,
        service,
        port,
        child,
        url: `http://127.0.0.1:${port}`,
        async kill() {
          running.delete(id);
          if (child.exitCode === null && child.signalCode === null) {
            child.kill('SIGKILL');
            await once(child, 'exit');
          }
          announce();
        },
      };
      running.set(id, instance);
      announce();
      return instance;
    },
    running: (service) => [...running.values()].filter((instance) => instance.service === service),
    urlOf(service) {
      const [instance] = shop.running(service);
      if (!instance) throw new Error(`no instance of ${service} runs`);
      return instance.url;
    },
    audit: (service) => getInternal(`${shop.urlOf(service)}/internal/audit`),
    async auditRows<Row>(service: string) {
      const rows: Row[] = [];
      for (let after: string | null = ''; after !== null;) {
        const url = `${shop.urlOf(service)}/internal/audit/orders?after=${after}&limit=100`;
        const page: { rows: Row[]; next: string | null } = await getInternal(url);
        rows.push(...page.rows);
        after = page.next;
      }
      return rows;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  return shop;
}

async function getInternal<Body>(url: string): Promise<Body> {
  const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Body;
}

/** The port in the instance's ready line. Reads on, so that the pipe never fills. */
function readPort(child: ChildProcess, id: string): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const tail: string[] = [];
    if (!child.stdout) throw new Error('the output is not piped');
    createInterface({ input: child.stdout }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 20) tail.shift();
      const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
      if (msg === 'ready' && port !== undefined) resolvePort(port);
    });
    child.once('exit', (code) =>
      reject(new Error(`${id} ended with ${code} before it was ready:\n${tail.join('\n')}`)),
    );
  });
}
