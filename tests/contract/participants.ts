import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chassis, Database } from '@faultline/chassis';
import {
  initialServicePolicy,
  patchServicePolicy,
  type ServicePolicyPatch,
} from '@faultline/chassis/core';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
} from '@faultline/chassis/testing';
import { service as catalog } from '@faultline/catalog';
import { service as inventory } from '@faultline/inventory';
import { createBroker } from '@faultline/kafka-broker';
import { service as orders } from '@faultline/orders';
import { service as payments } from '@faultline/payments';
import { service as psp } from '@faultline/psp';
import { service as shipping } from '@faultline/shipping';
import { deriveLinks, TOPOLOGY } from '@faultline/topology';
import { Kafka, logLevel } from 'kafkajs';

const DEFINITIONS = { catalog, inventory, psp, payments, shipping, orders };

/** The services that fulfil an order, the card provider, and the catalog that prices it. */
export type Participant = keyof typeof DEFINITIONS;

/** Where a transaction dies: its effect is lost, or it is there and nobody knows. */
export type Death = 'before commit' | 'after commit';

/** What the order's client was told at last. */
export interface Ending {
  orderId: string;
  state: 'confirmed' | 'failed';
  failure: { step: string; code: string } | null;
}

/** Orders and all participants in this process, over a real database and broker. */
export interface Participants extends AsyncDisposable {
  readonly brokers: string;
  /** The chassis of a running service. */
  chassis(name: Participant): Chassis;
  start(name: Participant): Promise<void>;
  stop(name: Participant): Promise<void>;
  change(name: Participant, patch: ServicePolicyPatch): Promise<void>;
  /** Decides before each transaction of a service whether and where it dies. */
  fate: (name: Participant) => Death | undefined;
  request(
    name: Participant,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** The row of an order in a service's books. */
  row(name: Participant, orderId: string): Promise<Record<string, unknown> | undefined>;
}

/** Everything of one running service. */
interface Running extends AsyncDisposable {
  url: string;
  chassis: Chassis;
}

/** The link to a database was lost: what consumers take for no fault of the event. */
class ConnectionLostError extends Error {}

function mortal(database: Database, next: () => Death | undefined): Database {
  return {
    query: (name, text, values) => database.query(name, text, values),
    read: (name, text, values) => database.read(name, text, values),
    listen: (channel, heard) => database.listen(channel, heard),
    async transaction(work, options) {
      const death = next();
      const result = await database.transaction(async (transaction) => {
        const done = await work(transaction);
        if (death === 'before commit')
          throw new ConnectionLostError('connection lost before the commit');
        return done;
      }, options);
      if (death === 'after commit')
        throw new ConnectionLostError('connection lost after the commit');
      return result;
    },
  };
}

/** Starts all of them. */
export async function startParticipants(): Promise<Participants> {
  process.env['PROVIDER_API_KEY'] = TEST_INTERNAL_TOKEN;
  process.env['RESUME_AFTER_MS'] = '1000';
  await using startup = new AsyncDisposableStack();
  const postgres = startup.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-participants-'));
  startup.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = TOPOLOGY.topics.map((topic) => ({ ...topic }));
  const broker = startup.use(await createBroker({ port: 0, dataDir: folder, topics }));
  const brokers = `${broker.host}:${broker.port}`;
  const names = Object.keys(DEFINITIONS) as Participant[];
  const registries = new Map(
    await Promise.all(
      names.map(async (name) => [name, startup.use(await createTestRegistry())] as const),
    ),
  );
  const databases = new Map(
    await Promise.all(
      names.map(async (name) => [name, await postgres.createDatabase(name)] as const),
    ),
  );
  const policies = new Map(
    names.map((name) => {
      const patterns = TOPOLOGY.services.find((service) => service.name === name)?.patterns ?? [];
      return [name, initialServicePolicy(patterns)];
    }),
  );
  const running = new Map<Participant, Running>();

  function announce(): void {
    for (const { name, from, to, kind } of deriveLinks(TOPOLOGY)) {
      const registry = registries.get(from as Participant);
      if (kind !== 'service' || !registry || !names.includes(to as Participant)) continue;
      const callee = running.get(to as Participant);
      registry.setLink(name, callee ? [Number(new URL(callee.url).port)] : [], {
        timeout: { attemptMs: 5_000 },
        breaker: { enabled: false },
      });
    }
  }

  const lab: Participants = {
    brokers,
    fate: () => undefined,
    chassis: (name) => runningOf(name).chassis,
    async start(name) {
      let chassis: Chassis | undefined;
      const definition = DEFINITIONS[name];
      const service = await startTestService(
        {
          ...definition,
          build(given) {
            chassis = given;
            const database = mortal(given.database, () => lab.fate(name));
            const mortalChassis = Object.create(given, {
              database: { value: database },
            }) as Chassis;
            return definition.build(mortalChassis);
          },
        },
        {
          DATABASE_URL: databases.get(name)!,
          KAFKA_BROKERS: brokers,
          REGISTRY_URL: registries.get(name)!.url,
        },
      );
      if (!chassis) throw new Error(`${name} was not built`);
      running.set(name, { ...service, chassis });
      announce();
    },
    async stop(name) {
      const stopped = runningOf(name);
      running.delete(name);
      announce();
      await stopped[Symbol.asyncDispose]();
    },
    async change(name, patch) {
      const policy = patchServicePolicy(policies.get(name)!, patch);
      policies.set(name, policy);
      registries.get(name)!.set({ service: policy });
      const { chassis } = runningOf(name);
      const told = () =>
        Object.entries(patch).every(([pattern, change]) =>
          Object.entries(change as object).every(
            ([field, value]) =>
              (chassis.policy(pattern as 'inbox') as Record<string, unknown>)[field] === value,
          ),
        );
      while (!told()) await chassis.clock.sleep(5);
    },
    async request(name, method, path, body, headers = {}) {
      const response = await fetch(`${runningOf(name).url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async row(name, orderId) {
      const { body } = await lab.request(name, 'GET', '/internal/audit/orders?limit=5000');
      return (body['rows'] as { orderId: string }[]).find((row) => row.orderId === orderId);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };

  function runningOf(name: Participant): Running {
    const found = running.get(name);
    if (!found) throw new Error(`${name} does not run`);
    return found;
  }

  for (const [name, registry] of registries) registry.set({ service: policies.get(name)! });
  startup.defer(async () => {
    await Promise.all([...running.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  for (const name of names) await lab.start(name);
  const resources = startup.move();
  return lab;
}

/** Places an order as a stubborn client does: asks again with the same key, then looks until it ended. */
export async function placeOrder(
  lab: Participants,
  order: { key: string; sku?: string; quantity?: number; fulfilment: string },
): Promise<Ending> {
  const { key, sku = 'P-0001', quantity = 1, fulfilment } = order;
  const { clock } = lab.chassis('catalog');
  for (;;) {
    const body = { customerId: 'ada', fulfilment, items: [{ sku, quantity }] };
    const headers = { 'idempotency-key': key };
    await lab.request('orders', 'POST', '/orders', body, headers);
    const orderId = await findOrder(lab, key);
    if (orderId !== undefined) return endingOf(lab, orderId);
    await clock.sleep(20);
  }
}

/** The order with a key, as the database of orders has it. */
export async function findOrder(lab: Participants, key: string): Promise<string | undefined> {
  const [row] = await lab
    .chassis('orders')
    .database.query<{ orderId: string }>(
      'find order of test',
      'SELECT order_id AS "orderId" FROM orders WHERE idempotency_key = $1',
      [key],
    );
  return row?.orderId;
}

/** Waits until the saga of an order has ended. */
export async function endingOf(lab: Participants, orderId: string): Promise<Ending> {
  for (;;) {
    const { body } = await lab.request('orders', 'GET', `/orders/${orderId}`);
    if (body['state'] !== 'pending') return body as unknown as Ending;
    await lab.chassis('catalog').clock.sleep(20);
  }
}

/** What the books of the participants hold for an order. */
export async function effectsOf(lab: Participants, orderId: string) {
  const [money, stock, parcels] = await Promise.all([
    lab.row('payments', orderId),
    lab.row('inventory', orderId),
    lab.row('shipping', orderId),
  ]);
  return {
    captures: Number(money?.['captures'] ?? 0),
    keptCents: Number(money?.['capturedCents'] ?? 0) - Number(money?.['refundedCents'] ?? 0),
    items: (stock?.['items'] ?? []) as { sku: string; quantity: number }[],
    parcels: Number(parcels?.['shipments'] ?? 0),
  };
}

/** The saga of an order, as the ledger has it. */
export async function sagaOf(lab: Participants, orderId: string): Promise<Record<string, unknown>> {
  const { body } = await lab.request('orders', 'GET', `/sagas?orderId=${orderId}`);
  const [saga] = body['sagas'] as Record<string, unknown>[];
  if (!saga) throw new Error(`order ${orderId} has no saga`);
  return saga;
}

/** A message that was put aside. */
export interface DeadLetter {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

/** Waits for the dead letters of `topic` whose reason has `word`: `count` of them, from the first. */
export async function deadLettersOf(
  lab: Participants,
  topic: string,
  word: string,
  count: number,
): Promise<DeadLetter[]> {
  const kafka = new Kafka({ brokers: [lab.brokers], logLevel: logLevel.NOTHING });
  const groupId = `reader-${lab.chassis('catalog').ids.next()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const letters: DeadLetter[] = [];
  const enough = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic: `${topic}.dlq`, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers } }) => {
      const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
      const letter = { key, value, headers: Object.fromEntries(texts) as Record<string, string> };
      if (letter.headers['dlq-reason']?.includes(word)) letters.push(letter);
      if (letters.length >= count) enough.resolve();
    },
  });
  await enough.promise;
  await consumer.disconnect();
  return letters;
}

/** Sends dead letters to the topic they came from, as they were. */
export async function redrive(
  lab: Participants,
  topic: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const kafka = new Kafka({ brokers: [lab.brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: letters.map(({ key, value }) => ({ key, value })) });
  await producer.disconnect();
}
