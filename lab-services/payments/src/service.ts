import { createInbox, createOutbox, defineService } from '@faultline/chassis';
import { z } from 'zod';
import { createAudit } from './audit.ts';
import { createChargeRepository } from './charge-repository.ts';
import { createCharges } from './charges.ts';
import { createEvents } from './events.ts';
import { createFulfilmentConsumer } from './fulfilment-consumer.ts';
import { PAYMENT_EVENTS_TOPIC } from './fulfilment-events.ts';
import { createCardProvider } from './psp/provider.ts';
import { createRecoverer } from './recoverer.ts';
import { registerRoutes } from './routes.ts';

const environmentSchema = z.object({
  /** Opens the card provider's doors. */
  PROVIDER_API_KEY: z.string().min(16),
  /** Time after which a charge counts as left behind, milliseconds. */
  RESUME_AFTER_MS: z.coerce.number().int().min(10).default(10_000),
});

const POLLS_PER_IDLE = 2;

/** Charges and refunds, each made once. */
export const service = defineService({
  name: 'payments',
  migrations: new URL('./migrations/', import.meta.url),
  calls: ['psp'],
  events: true,
  build(chassis) {
    const environment = environmentSchema.parse(process.env);
    const idleMs = environment.RESUME_AFTER_MS;
    const repository = createChargeRepository(chassis.database);
    const provider = createCardProvider(chassis.link('psp'), environment.PROVIDER_API_KEY);
    const events = createEvents(chassis);
    const checksAnswers = () => chassis.policy('answerCheck').enabled;
    const charges = createCharges({ repository, provider, events, checksAnswers });
    const audit = createAudit(chassis.database);
    const nextId = () => chassis.ids.next();
    const keysCount = () => chassis.policy('idempotency').enabled;
    const outbox = createOutbox({ chassis, topic: PAYMENT_EVENTS_TOPIC });
    const inbox = createInbox({ chassis, consumer: 'payments' });
    const pollMs = idleMs / POLLS_PER_IDLE;
    return {
      workers: [outbox, createRecoverer({ chassis, repository, charges, events, pollMs, idleMs })],
      consumers: [createFulfilmentConsumer({ chassis, inbox, outbox, charges, events })],
      routes: (app) => registerRoutes(app, { charges, events, audit, keysCount, nextId }),
      audit: () => audit.facts(),
    };
  },
});
