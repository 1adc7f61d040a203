import type { LearningRepository, Recommendation } from './learning-repository.ts';

/** Why these products. */
export type Basis = 'personal' | 'similar' | 'popular';

/** What is recommended: never the product that is looked at. */
export interface Recommendations {
  basis: Basis;
  products: readonly Recommendation[];
}

/** What somebody looks at, and who. */
export interface Occasion {
  sku?: string | undefined;
  user?: string | undefined;
  limit: number;
}

/** For the user if one is named, else for the product; popular ones where nothing is known of them. */
export async function recommend(
  learning: LearningRepository,
  { sku, user, limit }: Occasion,
): Promise<Recommendations> {
  // One more than asked for: the product that is looked at may be among them.
  const wanted = limit + 1;
  const others = (found: Recommendation[]) =>
    found.filter((candidate) => candidate.sku !== sku).slice(0, limit);
  const personal = user === undefined ? [] : others(await learning.personal(user, wanted));
  if (personal.length > 0) return { basis: 'personal', products: personal };
  const similar = sku === undefined ? [] : others(await learning.similar(sku, wanted));
  if (similar.length > 0) return { basis: 'similar', products: similar };
  return { basis: 'popular', products: others(await learning.popular(wanted)) };
}
