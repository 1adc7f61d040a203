import { problem, type ServiceApp } from '@faultline/chassis';
import { SAGA_STATES } from '@faultline/chassis/core';
import { z } from 'zod';
import type { SagaLedger } from './saga-ledger.ts';
import { SAGA_STEPS, SAGA_STYLES } from './saga.ts';

const stepSchema = z.enum(SAGA_STEPS);
const viewSchema = z.object({
  sagaId: z.string(),
  orderId: z.string(),
  style: z.enum(SAGA_STYLES),
  state: z.enum(SAGA_STATES),
  step: z.string(),
  done: z.array(stepSchema),
  remaining: z.array(stepSchema),
  waitingFor: z.string().nullable(),
  reason: z.string().nullable(),
  failures: z.int(),
  owner: z.string(),
  startedAt: z.number(),
  updatedAt: z.number(),
  waitingSince: z.number().nullable(),
  endedAt: z.number().nullable(),
  correlationId: z.string(),
  traceId: z.string().nullable(),
});
const journalSchema = z.array(
  z.object({
    at: z.number(),
    owner: z.string(),
    move: z.string(),
    step: z.string(),
    state: z.enum(SAGA_STATES),
    detail: z.string().nullable(),
  }),
);

const messagesSchema = z.array(
  z.object({
    eventId: z.string(),
    type: z.string(),
    occurredAt: z.number(),
    receivedAt: z.number(),
  }),
);
const outboxSchema = z.array(
  z.object({
    eventId: z.string(),
    type: z.string(),
    topic: z.string(),
    state: z.enum(['pending', 'published']),
    at: z.number(),
  }),
);
const storySchema = viewSchema.extend({
  journal: journalSchema,
  messages: messagesSchema,
  outbox: outboxSchema,
});

/** Registers the routes of the saga ledger. */
export function registerSagaRoutes(app: ServiceApp, ledger: SagaLedger): void {
  app.get(
    '/sagas',
    {
      schema: {
        querystring: z.object({
          state: z.enum(SAGA_STATES).optional(),
          style: z.enum(SAGA_STYLES).optional(),
          orderId: z.string().min(1).max(64).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: { 200: z.object({ sagas: z.array(viewSchema) }) },
      },
    },
    async ({ query }) => ({ sagas: await ledger.list(query) }),
  );

  app.get(
    '/sagas/:sagaId',
    {
      schema: {
        params: z.object({ sagaId: z.string().min(1).max(64) }),
        response: { 200: storySchema },
      },
    },
    async ({ params: { sagaId } }) => {
      const saga = await ledger.find(sagaId);
      if (!saga) throw problem(404, 'saga-not-found', `There is no saga ${sagaId}.`);
      return saga;
    },
  );
}
