/** Identities as an input, so that tests can name what they expect. */
export interface IdSource {
  /** A new identity, unique within the lab; lower-case letters, digits and dashes. */
  next(): string;
}

/** Creates ids `prefix-1`, `prefix-2`, … for tests. */
export function createSequentialIds(prefix: string): IdSource {
  let count = 0;
  return { next: () => `${prefix}-${++count}` };
}
