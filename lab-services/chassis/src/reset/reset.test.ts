import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineService } from '../runtime/define-service.ts';
import type { Chassis } from '../service.ts';
import {
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestPostgres,
  type TestService,
} from '../testing/index.ts';

const MIGRATION = `
  CREATE TYPE colour AS ENUM ('red', 'blue');
  CREATE TABLE owners (id int PRIMARY KEY);
  CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, colour colour NOT NULL,
    owner int REFERENCES owners);
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'things stay'; END $$;
  CREATE TRIGGER things_stay BEFORE DELETE OR TRUNCATE ON things EXECUTE FUNCTION refuse();
  INSERT INTO things (colour) VALUES ('red'), ('blue');`;

let postgres: TestPostgres;
let folder: string;
let databases = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-reset-'));
  await writeFile(join(folder, '001-things.sql'), MIGRATION);
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

let databaseUrl: string;

beforeEach(async () => {
  databaseUrl = await postgres.createDatabase(`things${++databases}`);
});

/** An instance of a service with things, and what it is made of. */
async function startThings(
  build: (chassis: Chassis) => void = () => undefined,
  permanentData = false,
): Promise<{ service: TestService; chassis: Chassis }> {
  const given = Promise.withResolvers<Chassis>();
  const definition = defineService({
    name: 'things',
    migrations: pathToFileURL(`${folder}/`),
    permanentData,
    calls: [],
    build(chassis) {
      given.resolve(chassis);
      build(chassis);
      return {};
    },
  });
  const service = await startTestService(definition, { DATABASE_URL: databaseUrl });
  return { service, chassis: await given.promise };
}

async function reset(service: TestService, data: boolean): Promise<unknown> {
  const response = await fetch(`${service.url}/internal/reset`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ data }),
  });
  return { status: response.status, body: await response.json() };
}

const things = ({ database }: Chassis) =>
  database.query('select things', 'SELECT id, colour FROM things ORDER BY id');
const SEED = [
  { id: 1, colour: 'red' },
  { id: 2, colour: 'blue' },
];
const DONE = { status: 200, body: { data: true } };

describe('a reset of data', () => {
  it('leaves the tables as at the first start, numbers included, however often it is made', async () => {
    const { service, chassis } = await startThings();
    await using _service = service;
    await chassis.database.query('paint', "UPDATE things SET colour = 'blue'");
    await chassis.database.query('add', "INSERT INTO things (colour) VALUES ('red')");
    await chassis.database.query('change', 'ALTER TABLE owners ADD COLUMN name text');
    expect(await reset(service, true)).toEqual(DONE);
    expect(await reset(service, true)).toEqual(DONE);
    expect(await things(chassis)).toEqual(SEED);
    expect(await chassis.database.query('select owners', 'SELECT * FROM owners')).toEqual([]);
    await expect(chassis.database.query('delete', 'DELETE FROM things')).rejects.toThrow('stay');
  });

  it('lets work go on: it waits, and finds the new tables', async () => {
    const { service, chassis } = await startThings();
    await using _service = service;
    let working = true;
    await using _workers = { [Symbol.asyncDispose]: async () => void (working = false) };
    const work = async (): Promise<void> => {
      while (working) {
        await chassis.database.transaction(async (transaction) => {
          await transaction.query('add', "INSERT INTO things (colour) VALUES ('red')");
          await transaction.query('select', 'SELECT count(*) FROM owners');
        });
      }
    };
    const workers = [work(), work()];
    expect(await reset(service, true)).toEqual(DONE);
    expect(await reset(service, true)).toEqual(DONE);
    working = false;
    await Promise.all(workers);
    expect((await things(chassis)).slice(0, 2)).toEqual(SEED);
  });

  it('finds a way past work that always holds one table and asks for another one', async () => {
    const { service, chassis } = await startThings();
    await using _service = service;
    const isWaiting = `SELECT FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%' AND datname = current_database()`;
    let resetting = true;
    let met = 0;
    const work = async (): Promise<void> => {
      await chassis.database.transaction(async (transaction) => {
        await transaction.query('add', "INSERT INTO things (colour) VALUES ('red')");
        while (resetting && (await chassis.database.query('wait', isWaiting)).length === 0);
        met += resetting ? 1 : 0;
        await transaction.query('select', 'SELECT count(*) FROM owners');
      });
      if (resetting) await work();
    };
    const working = work();
    const answer = await reset(service, true).finally(() => (resetting = false));
    await working;
    expect(answer).toEqual(DONE);
    expect(met).toBeGreaterThan(0);
  });

  it('is made once at a time, whichever instances are asked', async () => {
    const first = await startThings();
    await using _first = first.service;
    const second = await startThings();
    await using _second = second.service;
    const answers = await Promise.all(
      [first, second, first].map(({ service }) => reset(service, true)),
    );
    expect(answers).toEqual([DONE, DONE, DONE]);
    expect(await things(second.chassis)).toEqual(SEED);
  });

  it('is no new migration for an instance that starts afterwards', async () => {
    const first = await startThings();
    await using _first = first.service;
    await reset(first.service, true);
    const second = await startThings();
    await using _second = second.service;
    expect(second.service.logs.map(({ msg }) => msg)).not.toContain('database migrated');
    expect(await things(second.chassis)).toEqual(SEED);
  });

  it('leaves permanent data alone', async () => {
    const { service, chassis } = await startThings(undefined, true);
    await using _service = service;
    await chassis.database.query('paint', "UPDATE things SET colour = 'red'");
    expect(await reset(service, true)).toEqual({ status: 200, body: { data: false } });
    expect(await things(chassis)).toEqual([SEED[0], { id: 2, colour: 'red' }]);
  });
});

it('forgets what the instance remembers, after the data are new', async () => {
  let remembered: Promise<unknown> | undefined;
  const { service, chassis } = await startThings((own) => {
    own.onReset(() => {
      remembered = things(own);
    });
  });
  await using _service = service;
  await chassis.database.query('paint', "UPDATE things SET colour = 'blue'");
  expect(await reset(service, false)).toEqual({ status: 200, body: { data: false } });
  expect(await remembered).toEqual([{ id: 1, colour: 'blue' }, SEED[1]]);
  await reset(service, true);
  expect(await remembered).toEqual(SEED);
});

it('is for the holder of the internal token', async () => {
  const { service } = await startThings();
  await using _service = service;
  const response = await fetch(`${service.url}/internal/reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"data":true}',
  });
  expect(response.status).toBe(401);
});
