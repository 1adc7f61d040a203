/** A real service that uses every kind of secret: `gateway` asks `orders`, which writes a row. */
import { defineService, runService } from '@faultline/chassis';
import { z } from 'zod';

const answer = z.object({ user: z.string(), caller: z.string() });
const migrations = new URL('./migrations/', import.meta.url);

const gateway = defineService({
  name: 'gateway',
  calls: ['orders'],
  build: (chassis) => ({
    routes(app) {
      app.get('/visit', { config: { access: 'user' } }, async (_request, reply) => {
        const outcome = await chassis
          .link('orders')
          .call({ operation: 'visit', method: 'GET', path: '/visit', response: answer });
        return reply.code(outcome.kind === 'ok' ? 200 : 502).send(outcome);
      });
    },
  }),
});

const orders = defineService({
  name: 'orders',
  calls: [],
  migrations,
  build: (chassis) => ({
    audit: () => chassis.database.query('count', 'SELECT count(*) FROM visits'),
    routes(app) {
      app.get('/visit', async () => {
        await chassis.database.query('visit', 'INSERT INTO visits DEFAULT VALUES');
        const { user, caller } = chassis.context() ?? {};
        return { user: user?.id ?? '', caller: caller ?? '' };
      });
    },
  }),
});

await runService(process.env.SERVICE_NAME === 'gateway' ? gateway : orders);
