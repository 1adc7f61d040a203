import { CommandFailure, EXIT } from './exit.ts';

/** A value of a policy or a flag on the command line. */
export type FieldValue = number | boolean | string | readonly string[];

/** Policies as flat fields: `breaker.openMs` -> 10000. */
export type PolicyFields = Readonly<Record<string, FieldValue>>;

/** See {@link PolicyFields}. */
export function policyFields(policy: Readonly<Record<string, object>>): PolicyFields {
  return Object.fromEntries(
    Object.entries(policy).flatMap(([pattern, fields]) =>
      Object.entries(fields).map(([field, value]) => [`${pattern}.${field}`, value as FieldValue]),
    ),
  );
}

/**
 * Makes the body of `PATCH /api/policies/{link}` or `…/services/{service}` from words such as
 * `breaker.enabled=false`, `--breaker.enabled false` or `--timeout.attempt-ms=500`; both spellings
 * of a field are known.
 *
 * @param current the fields as they are: what may be set, and of which type
 * @throws CommandFailure (usage) that names the field, what is allowed and the value received
 */
export function policyPatch(
  current: PolicyFields,
  words: readonly string[],
): Record<string, Record<string, FieldValue>> {
  const patch: Record<string, Record<string, FieldValue>> = {};
  for (const [name, value] of Object.entries(fieldChanges(current, words))) {
    const [pattern = '', field = ''] = name.split('.', 2);
    (patch[pattern] ??= {})[field] = value;
  }
  return patch;
}

/** The same for fields without patterns: those of a flag. See {@link policyPatch}. */
export function fieldChanges(
  current: PolicyFields,
  words: readonly string[],
): Record<string, FieldValue> {
  const changes: Record<string, FieldValue> = {};
  for (let index = 0; index < words.length; index += 1) {
    const { word, inline, dashed } = split(words[index] ?? '');
    const name = camel(word);
    const written = dashed || inline !== undefined;
    const now = written && Object.hasOwn(current, name) ? current[name] : undefined;
    if (now === undefined) throw unknownField(current, words[index] ?? '');
    changes[name] = parseValue(word, inline ?? words[(index += 1)], now);
  }
  if (Object.keys(changes).length > 0) return changes;
  const [example = 'breaker.enabled'] = Object.keys(current);
  throw new CommandFailure(EXIT.usage, `nothing to set; for instance ${example}=false`);
}

function split(text: string): { word: string; inline: string | undefined; dashed: boolean } {
  const at = text.indexOf('=');
  const head = at < 0 ? text : text.slice(0, at);
  return {
    word: head.replace(/^--/, ''),
    inline: at < 0 ? undefined : text.slice(at + 1),
    dashed: head.startsWith('--'),
  };
}

function unknownField(current: PolicyFields, word: string): CommandFailure {
  const known = Object.keys(current).map((field) => `${field}=…`);
  return new CommandFailure(EXIT.usage, `fields are ${known.join(', ')}; got ${word}`);
}

function parseValue(field: string, text: string | undefined, now: FieldValue): FieldValue {
  const got = `got ${text === undefined || text === '' ? 'nothing' : text}`;
  if (typeof now === 'boolean') {
    if (text === 'true' || text === 'on') return true;
    if (text === 'false' || text === 'off') return false;
    throw new CommandFailure(EXIT.usage, `${field} must be true or false, ${got}`);
  }
  if (typeof now === 'number') {
    const value = Number(text);
    if (text !== undefined && text.trim() !== '' && Number.isFinite(value)) return value;
    throw new CommandFailure(EXIT.usage, `${field} must be a number, ${got}`);
  }
  if (text === undefined) throw new CommandFailure(EXIT.usage, `${field} needs a value, ${got}`);
  if (typeof now === 'string') return text;
  return text.split(',').filter((word) => word !== '');
}

function camel(text: string): string {
  return text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
