import { ConfigurationError } from '../config/parse-environment.ts';
import {
  INBOX_MIGRATION,
  OUTBOX_DEADLINE_MIGRATION,
  OUTBOX_MIGRATION,
} from '../events/migrations.ts';
import { createCrashAfterCommit } from '../faults/crash-after-commit.ts';
import { sufferExhaustion } from '../faults/pool-exhaustion.ts';
import type { Database } from '../service.ts';
import { resetDatabase } from '../reset/reset-database.ts';
import { keepTrying } from './keep-trying.ts';
import type { Startup } from './start-service.ts';

/** Opens the service's database and migrates it; waits for as long as it is away. */
export async function startDatabase(startup: Startup): Promise<Database | undefined> {
  const { definition, environment, runtime, clock, random, readiness, resources } = startup;
  if (!definition.migrations) return undefined;
  const { DATABASE_URL } = environment;
  if (!DATABASE_URL) {
    throw new ConfigurationError(
      `Bad environment. DATABASE_URL: ${definition.name} owns data and needs it; received nothing`,
    );
  }
  const [{ createDatabase }, { migrate, readMigrations }] = await Promise.all([
    import('../database/database.ts'),
    import('../database/migrations.ts'),
  ]);
  const { telemetry, log } = runtime;
  const { pool, database, check, close } = createDatabase({
    environment: { ...environment, DATABASE_URL },
    configuration: startup.configuration,
    telemetry,
    log,
    clock,
    random,
    committed: createCrashAfterCommit(startup.faults, random),
  });
  resources.defer(close);
  resources.use(sufferExhaustion(pool, startup.faults, clock));
  readiness.add('database', check);
  const own = await readMigrations(definition.migrations);
  const ofEvents = [OUTBOX_MIGRATION, INBOX_MIGRATION, OUTBOX_DEADLINE_MIGRATION];
  const migrations = definition.events ? [...ofEvents, ...own] : own;
  const applied = await keepTrying(() => migrate(pool, migrations), {
    clock,
    random,
    signal: startup.signal,
    failed: (error) => log.warn({ err: error }, 'database is not there yet'),
  });
  if (!definition.permanentData) {
    startup.resets.ownData(() => resetDatabase(pool, migrations, clock));
  }
  if (applied.length > 0) log.info({ migrations: applied.join(' ') }, 'database migrated');
  return database;
}
