import type { PolicyView } from '@faultline/server/contract';
import { CommandFailure, EXIT } from './exit.ts';

/** A link's policies as flat fields: `breaker.openMs` -> 10000. */
export type PolicyFields = Readonly<Record<string, number | boolean>>;

/** See {@link PolicyFields}. */
export function policyFields(policy: PolicyView['policy']): PolicyFields {
  return Object.fromEntries(
    Object.entries(policy).flatMap(([pattern, fields]) =>
      Object.entries(fields).map(([field, value]) => [`${pattern}.${field}`, value]),
    ),
  );
}

/**
 * Makes the body of `PATCH /api/policies/{link}` from flags such as `--breaker.enabled false` or
 * `--timeout.attempt-ms 500`; both spellings of a field are known.
 *
 * @param current the fields as they are: what may be set, and of which type
 * @param rest what commander did not know
 * @throws CommandFailure (usage) that names the flag, what is allowed and the value received
 */
export function policyPatch(
  current: PolicyFields,
  rest: readonly string[],
): Record<string, Record<string, number | boolean>> {
  const patch: Record<string, Record<string, number | boolean>> = {};
  for (let index = 0; index < rest.length; index += 1) {
    const [flag = '', inline] = (rest[index] ?? '').split('=', 2);
    const name = camel(flag.replace(/^--/, ''));
    const now = flag.startsWith('--') && Object.hasOwn(current, name) ? current[name] : undefined;
    if (now === undefined) {
      const known = Object.keys(current).map((field) => `--${kebab(field)}`);
      throw new CommandFailure(EXIT.usage, `flags are ${known.join(', ')}; got ${flag}`);
    }
    const [pattern = '', field = ''] = name.split('.', 2);
    const value = inline ?? rest[(index += 1)];
    (patch[pattern] ??= {})[field] = parseValue(flag, value, now);
  }
  if (Object.keys(patch).length > 0) return patch;
  throw new CommandFailure(EXIT.usage, 'nothing to set; for instance --breaker.enabled false');
}

function parseValue(
  flag: string,
  text: string | undefined,
  now: number | boolean,
): number | boolean {
  if (typeof now === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new CommandFailure(EXIT.usage, `${flag} must be true or false, got ${text ?? 'nothing'}`);
  }
  const value = Number(text);
  if (text !== undefined && text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandFailure(EXIT.usage, `${flag} must be a number, got ${text ?? 'nothing'}`);
}

function camel(text: string): string {
  return text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function kebab(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
