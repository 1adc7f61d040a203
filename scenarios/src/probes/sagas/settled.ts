import type { Saga } from '@faultline/collector/contract';
import type { Sight, Span } from '../model.ts';

/** Sagas that came to rest within a span: ended in it, or got stuck in it. */
export async function settledWithin(span: Span, sight: Sight): Promise<Saga[]> {
  const { sagas } = await sight.sagas(span);
  return sagas.filter((saga) => isSettledWithin(saga, span));
}

/** Whether a saga came to rest within a span. */
export function isSettledWithin({ state, endedAt, updatedAt }: Saga, { from, to }: Span): boolean {
  const at = state === 'stuck' ? updatedAt : endedAt;
  return at !== null && at >= from && at <= to;
}
