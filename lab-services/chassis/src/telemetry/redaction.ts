/** Keys whose values never leave the process, whatever holds them. */
const SECRET_KEY =
  /^(.*[-_.])?(authorization|cookie|set-cookie|password|passwd|secret|(access|refresh|id|internal)?[-_]?token|card|card[-_.]?number|pan|cvc|cvv)$/i;

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

const DEEPEST = 4;

/**
 * A copy of `value` without the values of secret keys. Objects nested deeper than four levels are
 * cut: a log line is no dump.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Error || value instanceof Date) return value;
  if (depth >= DEEPEST) return '[cut]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) ? REDACTED : redact(inner, depth + 1),
    ]),
  );
}
