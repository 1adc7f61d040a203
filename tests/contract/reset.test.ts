import { service as catalog } from '@faultline/catalog';
import type { ServiceDefinition } from '@faultline/chassis';
import {
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestPostgres,
} from '@faultline/chassis/testing';
import { service as identity } from '@faultline/identity';
import { service as inventory } from '@faultline/inventory';
import { service as notifications } from '@faultline/notifications';
import { service as orderHistory } from '@faultline/order-history';
import { service as orders } from '@faultline/orders';
import { service as payments } from '@faultline/payments';
import { service as psp } from '@faultline/psp';
import { service as recommendations } from '@faultline/recommendations';
import { service as shipping } from '@faultline/shipping';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let postgres: TestPostgres;

beforeAll(async () => {
  vi.stubEnv('PROVIDER_API_KEY', 'a-key-of-the-tests');
  postgres = await startPostgres();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await postgres[Symbol.asyncDispose]();
});

/** Tables of `client` with their columns and rows; times are left out. */
async function contents(client: pg.Client): Promise<Record<string, unknown>> {
  const { rows: columns } = await client.query<{ table: string; column: string; type: string }>(
    `SELECT table_name AS "table", column_name AS "column", data_type AS "type"
       FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
      ORDER BY table_name, ordinal_position`,
  );
  const found: Record<string, unknown> = {};
  for (const table of new Set(columns.map((one) => one.table))) {
    const own = columns.filter((one) => one.table === table);
    const shown = own.filter(({ type }) => !type.startsWith('timestamp'));
    const list = shown.map(({ column }) => `"${column}"`).join(', ');
    // What is to be told anew stands there soon afterwards.
    const rows =
      table === 'outbox'
        ? []
        : (await client.query(`SELECT ${list} FROM "${table}" ORDER BY 1`)).rows;
    found[table] = { columns: own, rows };
  }
  return found;
}

/** Empties and changes every table, whatever its triggers say, and leaves one event as handled. */
async function spoil(client: pg.Client, tables: readonly string[]): Promise<void> {
  await client.query("SET session_replication_role = 'replica'");
  for (const table of tables) {
    await client.query(`DELETE FROM "${table}"`);
    await client.query(`ALTER TABLE "${table}" ADD COLUMN spoilt text`);
  }
  if (tables.includes('inbox'))
    await client.query(`INSERT INTO inbox VALUES ('spoilt', 'event-1')`);
}

it.each<[string, ServiceDefinition]>(
  [
    catalog,
    inventory,
    notifications,
    orderHistory,
    orders,
    payments,
    psp,
    recommendations,
    shipping,
  ].map((definition) => [definition.name, definition]),
)('%s is as at its first start after a reset', async (name, definition) => {
  const databaseUrl = await postgres.createDatabase(name);
  await using service = await startTestService(definition, {
    DATABASE_URL: databaseUrl,
    ...(definition.events ? { KAFKA_BROKERS: '127.0.0.1:9' } : {}),
  });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    if (name === 'catalog') await announced(client);
    const before = await contents(client);
    await spoil(client, Object.keys(before));
    if (name === 'catalog') await client.query('ALTER TABLE products DROP COLUMN price_cents');
    expect(await contents(client)).not.toEqual(before);

    const response = await fetch(`${service.url}/internal/reset`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
        'content-type': 'application/json',
      },
      body: '{"data":true}',
    });
    expect(await response.json()).toEqual({ data: true });
    if (name === 'catalog') await announced(client);
    expect(await contents(client)).toEqual(before);
  } finally {
    await client.end();
  }
});

/** The catalog tells of all its products at first, and again when they are new. */
async function announced(client: pg.Client): Promise<void> {
  const count = async () => {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM outbox',
    );
    return rows[0]?.count;
  };
  await expect.poll(count, { timeout: 10_000 }).toBe(40);
}

it('identity keeps its users, keys and sessions', () => {
  expect(identity.permanentData).toBe(true);
});
