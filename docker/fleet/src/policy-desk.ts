import type { Fleet, FleetAnswer, FleetRefusal, PolicyTarget } from './contract.ts';
import type { PolicyBook } from './policies.ts';

/** Where policies, flags and mutual TLS are changed: refuses what is not there, tells what changed. */
export interface PolicyDesk {
  patchLink: Fleet['patchPolicy'];
  patchService: Fleet['patchServicePolicy'];
  patchFlag: Fleet['patchFlag'];
  setMtls: Fleet['setMtls'];
  /** Everything as at launch; returns what was not. */
  reset(): PolicyTarget[];
}

/**
 * Creates the desk of a book. A change that changes nothing is done, but not told.
 *
 * @param changed called after each change, with words for people: `breaker.enabled = false`
 */
export function createPolicyDesk(
  book: PolicyBook,
  changed: (target: PolicyTarget, detail: string) => void,
): PolicyDesk {
  const tell = (target: PolicyTarget, before: unknown, after: unknown, detail: string): void => {
    if (JSON.stringify(before) !== JSON.stringify(after)) changed(target, detail);
  };
  return {
    patchLink(link, patch) {
      const before = book.link(link);
      const policy = book.patchLink(link, patch);
      if (!policy) return refuse('unknown-link', `There is no link ${link} between services.`);
      tell({ kind: 'link', name: link }, before, policy, describeChange(patch));
      return { kind: 'done', policy };
    },
    patchService(service, patch) {
      const current = book.service(service);
      if (!current) return refuse('unknown-service', `There is no service ${service}.`);
      const strange = Object.keys(patch).find((pattern) => !Object.hasOwn(current, pattern));
      if (strange !== undefined) {
        const has = Object.keys(current).join(', ') || 'none';
        return refuse('unknown-pattern', `${service} has no pattern ${strange}; it has: ${has}.`);
      }
      const policy = book.patchService(service, patch) ?? current;
      tell({ kind: 'service', name: service }, current, policy, describeChange(patch));
      return { kind: 'done', policy };
    },
    patchFlag(key, patch) {
      const before = book.flags().find((flag) => flag.key === key);
      const flag = book.patchFlag(key, patch);
      if (!flag) return refuse('unknown-flag', `There is no flag ${key}.`);
      tell({ kind: 'flag', name: key }, before, flag, describeFields(patch));
      return { kind: 'done', flag };
    },
    setMtls(on): FleetAnswer {
      const before = book.mtls;
      book.setMtls(on);
      tell({ kind: 'fleet', name: 'mtls' }, before, on, on ? 'switched on' : 'switched off');
      return { kind: 'done' };
    },
    reset() {
      const targets = book.reset();
      for (const target of targets) changed(target, 'as at launch');
      return targets;
    },
  };
}

/** `breaker.enabled = false, retry.attempts = 5`. */
function describeChange(patch: object): string {
  return Object.entries(patch)
    .map(([pattern, fields]) => describeFields(fields as object, `${pattern}.`))
    .filter((text) => text !== '')
    .join(', ');
}

function describeFields(fields: object, prefix = ''): string {
  return Object.entries(fields)
    .map(([field, value]) => `${prefix}${field} = ${JSON.stringify(value)}`)
    .join(', ');
}

function refuse(code: FleetRefusal['code'], detail: string): FleetRefusal {
  return { kind: 'refused', code, detail };
}
