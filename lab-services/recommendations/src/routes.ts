import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from './events.ts';
import type { LearningRepository } from './learning-repository.ts';
import { customerIdSchema, skuSchema } from './purchase.ts';
import { recommend } from './recommend.ts';

const limitSchema = z.coerce.number().int().min(1).max(50).default(5);
const answerSchema = z.object({
  basis: z.enum(['personal', 'similar', 'popular']),
  products: z.array(z.object({ sku: z.string(), orders: z.int() })),
});

/** Registers the routes of the recommendations. */
export function registerRoutes(
  app: ServiceApp,
  { learning, events }: { learning: LearningRepository; events: Events },
): void {
  app.get(
    '/recommendations',
    {
      schema: {
        querystring: z.object({
          sku: skuSchema.optional(),
          user: customerIdSchema.optional(),
          limit: limitSchema,
        }),
        response: { 200: answerSchema },
      },
    },
    async ({ query }) => {
      const { basis, products } = await recommend(learning, query);
      events.recommended(basis);
      return { basis, products: [...products] };
    },
  );

  app.get(
    '/popular',
    {
      schema: {
        querystring: z.object({ limit: limitSchema }),
        response: { 200: answerSchema },
      },
    },
    async ({ query }) => ({
      basis: 'popular' as const,
      products: await learning.popular(query.limit),
    }),
  );
}
