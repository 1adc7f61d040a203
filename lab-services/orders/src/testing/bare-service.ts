import { defineService, type Chassis } from '@faultline/chassis';
import { startPostgres, startTestService } from '@faultline/chassis/testing';
import type { Events } from '../events.ts';

/** Events of sagas that nobody hears. */
export const SILENT: Events = {
  sagaBegan: () => undefined,
  sagaMoved: () => undefined,
  sagaLost: () => undefined,
  sagaDropped: () => undefined,
  sagasCounted: () => undefined,
};

/** A service with the tables of orders and nothing that works on them, for a test to build upon. */
export async function startBareService(): Promise<AsyncDisposable & { chassis: Chassis }> {
  await using startup = new AsyncDisposableStack();
  const postgres = startup.use(await startPostgres());
  let chassis: Chassis | undefined;
  const definition = defineService({
    name: 'orders',
    migrations: new URL('../migrations/', import.meta.url),
    calls: [],
    events: true,
    build(given) {
      chassis = given;
      return {};
    },
  });
  startup.use(
    await startTestService(definition, {
      DATABASE_URL: await postgres.createDatabase('orders'),
      // Nobody listens there.
      KAFKA_BROKERS: '127.0.0.1:9',
    }),
  );
  if (!chassis) throw new Error('a service that started was built');
  const parts = startup.move();
  return { chassis, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
