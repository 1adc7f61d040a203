import type { Chassis, Link } from '@faultline/chassis';
import { z } from 'zod';
import { toPublicProblem } from './link-failure.ts';

/** What else a customer may like; `none`: nothing is known, and nobody could be asked. */
export const recommendedSchema = z.object({
  basis: z.enum(['personal', 'similar', 'popular', 'none']),
  skus: z.array(z.string()),
});
/** See {@link recommendedSchema}. */
export type Recommended = z.infer<typeof recommendedSchema>;

/** Recommendations for product pages. Failures are thrown problems. */
export interface Recommendations {
  /**
   * @param user who looks, if they are logged in; what is recommended rests on their own purchases
   * if they have the flag {@link PERSONAL_FLAG}
   */
  forProduct(sku: string, user: string | undefined): Promise<Recommended>;
}

/** Feature flag. */
export const PERSONAL_FLAG = 'personal-recommendations';

const SHOWN = 5;
/** The popular list that is remembered is asked for again after this time, milliseconds. */
const REFRESH_MS = 30_000;

const answerSchema = z.object({
  basis: z.enum(['personal', 'similar', 'popular']),
  products: z.array(z.object({ sku: z.string().max(32) })).max(50),
});

/**
 * Creates the recommendations over their link. When it fails the popular list that was heard last
 * stands in.
 */
export function createRecommendations(
  link: Link,
  chassis: Pick<Chassis, 'clock' | 'flag' | 'onReset'>,
): Recommendations {
  const { clock } = chassis;
  let popular: readonly string[] | undefined;
  let refreshAtMs = -Infinity;

  chassis.onReset(() => {
    popular = undefined;
    refreshAtMs = -Infinity;
  });

  /** Renews what is remembered while all is well, once in a while, for nobody's benefit yet. */
  async function refresh(): Promise<void> {
    if (clock.monotonicMs() < refreshAtMs) return;
    refreshAtMs = clock.monotonicMs() + REFRESH_MS;
    const outcome = await link.call({
      operation: 'list popular',
      method: 'GET',
      path: '/popular',
      query: { limit: String(SHOWN + 1) },
      response: answerSchema,
    });
    if (outcome.kind === 'ok') popular = outcome.body.products.map(({ sku }) => sku);
    else refreshAtMs = -Infinity;
  }

  const standIn = (sku: string): Recommended => {
    const skus = (popular ?? []).filter((other) => other !== sku).slice(0, SHOWN);
    return { basis: skus.length > 0 ? 'popular' : 'none', skus };
  };

  return {
    async forProduct(sku, user) {
      const personal = user !== undefined && (await chassis.flag(PERSONAL_FLAG, user));
      const outcome = await link.call<Recommended>({
        operation: 'recommend',
        method: 'GET',
        path: '/recommendations',
        query: { sku, limit: String(SHOWN), ...(personal ? { user } : {}) },
        response: answerSchema.transform(({ basis, products }) => ({
          basis,
          skus: products.map((product) => product.sku),
        })),
        fallback: () => standIn(sku),
      });
      if (outcome.kind === 'refused' || outcome.kind === 'failed') {
        throw toPublicProblem('recommendations', outcome);
      }
      if (outcome.kind === 'ok') void refresh();
      return outcome.body;
    },
  };
}
