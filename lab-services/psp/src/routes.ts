import { createHash, timingSafeEqual } from 'node:crypto';
import { keysetQuerySchema, type Chassis, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Audit } from './audit.ts';
import type { AuthorisationRepository } from './authorisation-repository.ts';
import { authorisationRequestSchema, authorisationSchema } from './authorisation.ts';
import type { Events } from './events.ts';
import { answerRefusals, RefusalError } from './refusal.ts';

/** A card network is in no hurry: milliseconds before an answer, from and up to. */
const LATENCY_MS = [10, 30] as const;
/** Feature flag: shares of requests for which one minor unit less than asked is captured. */
const SHORT_CAPTURES = 'psp-captures-less';

/** An outside company knows nothing of the shop's tokens: it has its own keys. */
const OUTSIDE = { access: 'public' } as const;

interface Parts {
  chassis: Pick<Chassis, 'clock' | 'random' | 'ids' | 'policy' | 'flag'>;
  authorisations: AuthorisationRepository;
  events: Events;
  audit: Audit;
  /** What merchants show in the header `api-key`. */
  apiKey: string;
}

const referenceParams = z.object({
  reference: authorisationRequestSchema.shape.request_reference,
});

/** Registers what merchants use, and the audit. */
export async function registerRoutes(app: ServiceApp, parts: Parts): Promise<void> {
  const { chassis, audit, apiKey } = parts;
  const expected = digest(apiKey);
  await app.register(async (merchants: ServiceApp) => {
    answerRefusals(merchants);
    merchants.addHook('onRequest', async ({ headers }) => {
      if (!timingSafeEqual(digest(String(headers['api-key'] ?? '')), expected)) {
        throw new RefusalError(401, 'UNKNOWN_MERCHANT', 'The api-key is missing or not known.');
      }
    });
    merchants.addHook('preHandler', async () => {
      const [from, to] = LATENCY_MS;
      await chassis.clock.sleep(from + chassis.random.next() * (to - from));
    });
    registerAuthorisations(merchants, parts);
    registerReversals(merchants, parts);
  });
  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}

function registerAuthorisations(app: ServiceApp, parts: Parts): void {
  const { chassis, authorisations, events } = parts;
  app.post(
    '/authorisations',
    {
      config: OUTSIDE,
      schema: {
        body: authorisationRequestSchema,
        response: { 200: authorisationSchema, 201: authorisationSchema },
      },
    },
    async ({ body }, reply) => {
      const outcome = await authorisations.authorise(body, {
        pspReference: `PSP-${chassis.ids.next()}`,
        findRepetitions: chassis.policy('idempotency').enabled,
        shortBy: (await chassis.flag(SHORT_CAPTURES, body.request_reference)) ? 1 : 0,
      });
      events.authorisationAnswered(body.request_reference, outcome);
      if (outcome.kind === 'reference-reused') {
        throw new RefusalError(
          409,
          'REFERENCE_REUSED',
          'The reference belongs to another request.',
        );
      }
      return reply.status(outcome.repeated ? 200 : 201).send(outcome.authorisation);
    },
  );
}

function registerReversals(app: ServiceApp, { chassis, authorisations, events }: Parts): void {
  app.get(
    '/authorisations/by-reference/:reference',
    {
      config: OUTSIDE,
      schema: { params: referenceParams, response: { 200: authorisationSchema } },
    },
    async ({ params }) => {
      const found = await authorisations.find(params.reference);
      if (found) return found;
      throw new RefusalError(404, 'UNKNOWN_REFERENCE', 'No request had this reference.');
    },
  );

  app.post(
    '/authorisations/by-reference/:reference/reversals',
    {
      config: OUTSIDE,
      schema: { params: referenceParams, response: { 200: authorisationSchema } },
    },
    async ({ params }) => {
      const id = `PSP-${chassis.ids.next()}`;
      const reversed = await authorisations.reverse(params.reference, id);
      events.reversalAnswered(reversed);
      return reversed;
    },
  );
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
