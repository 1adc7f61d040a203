import type { Policies } from '@faultline/server/contract';

/** What keeps data right while things break: off, a soak is expected to find a violation. */
const KEEPERS: readonly string[] = ['outbox', 'inbox', 'idempotency'];

/** The patterns that a soak can be run without, as `POST /api/soaks` names them. */
export function soakPatterns(
  policies: Pick<Policies, 'services' | 'patterns'>,
): { value: string; title: string }[] {
  return KEEPERS.flatMap((pattern) => {
    const title = policies.patterns.find(({ name }) => name === pattern)?.title ?? pattern;
    return policies.services
      .filter(({ policy }) => pattern in policy)
      .map(({ service }) => ({ value: `${service}.${pattern}`, title: `${title}, ${service}` }));
  });
}
