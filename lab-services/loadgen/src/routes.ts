import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from './events.ts';
import type { FaultBook } from './faults/fault-book.ts';
import { loadFaultSchema, toldFaultSchema } from './faults/fault.ts';
import type { Generator } from './generator.ts';
import { loadSchema } from './load.ts';

const count = z.int().min(0);
const statusSchema = loadSchema.extend({
  inFlight: count,
  counts: z.object({ sent: count, answered: count, failed: count, dropped: count }),
});

/** The load is turned by whoever runs the lab, not by a service of it. */
const OPERATOR = { access: 'operator' } as const;

/** Registers the routes that show and change the load. */
export function registerRoutes(app: ServiceApp, generator: Generator, events: Events): void {
  const status = () => ({
    ...generator.load,
    inFlight: generator.inFlight,
    counts: events.counts(),
  });

  app.get('/load', { config: OPERATOR, schema: { response: { 200: statusSchema } } }, async () =>
    status(),
  );

  app.put(
    '/load',
    { config: OPERATOR, schema: { body: loadSchema, response: { 200: statusSchema } } },
    async ({ body }) => {
      generator.change(body);
      return status();
    },
  );
}

const faultsSchema = z.object({
  faults: z.array(z.object({ id: z.string(), fault: loadFaultSchema, leftMs: count })),
});
const byId = z.object({ id: z.string().min(1).max(120) });

/** Registers the routes that tell of faults of the load; each ends by itself unless told again. */
export function registerFaultRoutes(app: ServiceApp, book: FaultBook): void {
  const faults = () => ({ faults: book.list() });

  app.get(
    '/faults',
    { config: OPERATOR, schema: { hide: true, response: { 200: faultsSchema } } },
    async () => faults(),
  );

  app.put(
    '/faults/:id',
    {
      config: OPERATOR,
      schema: {
        hide: true,
        params: byId,
        body: toldFaultSchema,
        response: { 200: faultsSchema },
      },
    },
    async ({ params, body }) => {
      book.tell(params.id, body.fault, body.ttlMs);
      return faults();
    },
  );

  app.delete(
    '/faults/:id',
    { config: OPERATOR, schema: { hide: true, params: byId, response: { 200: faultsSchema } } },
    async ({ params }) => {
      book.forget(params.id);
      return faults();
    },
  );
}
