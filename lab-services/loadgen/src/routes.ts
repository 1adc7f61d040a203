import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from './events.ts';
import type { Generator } from './generator.ts';
import { loadSchema } from './load.ts';

const count = z.int().min(0);
const statusSchema = loadSchema.extend({
  inFlight: count,
  counts: z.object({ sent: count, answered: count, failed: count, dropped: count }),
});

/** Registers the routes that show and change the load. */
export function registerRoutes(app: ServiceApp, generator: Generator, events: Events): void {
  const status = () => ({
    ...generator.load,
    inFlight: generator.inFlight,
    counts: events.counts(),
  });

  app.get('/load', { schema: { response: { 200: statusSchema } } }, async () => status());

  app.put(
    '/load',
    { schema: { body: loadSchema, response: { 200: statusSchema } } },
    async ({ body }) => {
      generator.change(body);
      return status();
    },
  );
}
