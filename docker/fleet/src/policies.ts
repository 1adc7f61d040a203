import {
  linkPolicySchema,
  patchLinkPolicy,
  type LinkPolicy,
  type LinkPolicyPatch,
} from '@faultline/chassis/core';

/** The policies of every link between services. */
export interface PolicyBook {
  /** Null for a link that has none (database, broker). */
  get(link: string): LinkPolicy | null;
  /** Null if the link has no policies. Throws a ZodError for values out of range. */
  patch(link: string, patch: LinkPolicyPatch): LinkPolicy | null;
  /** Returns what changed. */
  reset(): { link: string; policy: LinkPolicy }[];
}

/**
 * Creates a book for `links`.
 *
 * @param defaults what differs from the schema's defaults, by link
 */
export function createPolicyBook(
  links: readonly string[],
  defaults: Readonly<Record<string, object>>,
): PolicyBook {
  const initial = new Map(
    links.map((link) => [link, linkPolicySchema.parse(defaults[link] ?? {})]),
  );
  const current = new Map(initial);
  return {
    get: (link) => current.get(link) ?? null,
    patch(link, patch) {
      const policy = current.get(link);
      if (!policy) return null;
      const patched = patchLinkPolicy(policy, patch);
      current.set(link, patched);
      return patched;
    },
    reset() {
      const changed = [...initial].filter(([link, policy]) => current.get(link) !== policy);
      for (const [link, policy] of changed) current.set(link, policy);
      return changed.map(([link, policy]) => ({ link, policy }));
    },
  };
}
