import type { PolicyChange } from '../document/model.ts';

/** Changes that switch patterns off, or what is wrong with their names. */
export type PatternsOff = { ok: true; changes: PolicyChange[] } | { ok: false; problem: string };

/** `orders.outbox` of a service, `orders->payments.breaker` of a link. */
const PATTERN = /^(?<owner>[a-z0-9-]+(?:->[a-z0-9-]+)?)\.(?<pattern>[A-Za-z]+)$/;

/** Reads the patterns that a soak runs without. Whether there are such patterns, the lab knows. */
export function readOff(off: readonly string[]): PatternsOff {
  const changes: PolicyChange[] = [];
  for (const written of off) {
    const { owner, pattern } = PATTERN.exec(written)?.groups ?? {};
    if (owner === undefined || pattern === undefined) {
      const rule = 'must be a pattern of a service or link, such as orders.outbox';
      return { ok: false, problem: `off ${rule} or orders->payments.breaker; received ${written}` };
    }
    const target = owner.includes('->') ? 'link' : 'service';
    changes.push({ target, name: owner, patch: { [pattern]: { enabled: false } } });
  }
  return { ok: true, changes };
}
