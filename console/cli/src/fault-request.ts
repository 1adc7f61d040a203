import type { FaultField, FaultKindView } from '@faultline/server/contract';
import { CommandFailure, EXIT } from './exit.ts';
import { parseDurationMs } from './format.ts';

/**
 * Makes the body of `POST /api/faults` from a command line: the selector options, and one flag a
 * field of the kind, in kebab case (`--latency-ms 2s` or `--latency-ms 2000`).
 *
 * @param rest what commander did not know: `['--latency-ms', '2000']`
 * @throws CommandFailure (usage) that names the flag, what is allowed and the value received
 */
export function faultRequest(
  kinds: readonly FaultKindView[],
  kind: string,
  options: Readonly<Record<string, string>>,
  rest: readonly string[],
): Record<string, unknown> {
  const known = kinds.find((candidate) => candidate.kind === kind);
  if (!known) {
    const names = kinds.map((candidate) => candidate.kind).join(', ');
    throw new CommandFailure(EXIT.usage, `kind must be one of ${names}; got ${kind}`);
  }
  const { link, links, service, instance, ttl = '60s' } = options;
  return {
    kind,
    ...(link === undefined ? {} : { link }),
    ...(links === undefined ? {} : { links: links.split(',').map((one) => one.trim()) }),
    ...(service === undefined ? {} : { service }),
    ...(instance === undefined ? {} : { instance }),
    ...Object.fromEntries(readFlags(known, rest)),
    ttlSeconds: ttlSeconds(ttl),
  };
}

function ttlSeconds(text: string): number {
  // A bare number is seconds here: nobody means a fault of 60 ms.
  const ms = parseDurationMs(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms !== undefined) return ms / 1000;
  throw new CommandFailure(EXIT.usage, `--ttl must be a duration such as 60s, got ${text}`);
}

function* readFlags(
  kind: FaultKindView,
  rest: readonly string[],
): Generator<[string, number | string | boolean]> {
  for (let index = 0; index < rest.length; index += 1) {
    const [flag = '', inline] = (rest[index] ?? '').split('=', 2);
    const name = flag
      .replace(/^--/, '')
      .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const field = flag.startsWith('--') && kind.fields.find((candidate) => candidate.name === name);
    if (!field) {
      const flags = kind.fields.map((one) => `--${kebab(one.name)}`).join(', ') || 'none';
      throw new CommandFailure(EXIT.usage, `${kind.kind} takes ${flags}; got ${flag}`);
    }
    if (field.type === 'boolean' && inline === undefined) {
      const next = rest[index + 1];
      const given = next === 'true' || next === 'false';
      if (given) index += 1;
      yield [field.name, given ? next === 'true' : true];
      continue;
    }
    const value = inline ?? rest[(index += 1)];
    yield [field.name, parseValue(field, flag, value)];
  }
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function parseValue(
  field: FaultField,
  flag: string,
  text: string | undefined,
): number | string | boolean {
  if (text === undefined) throw new CommandFailure(EXIT.usage, `${flag} needs a value`);
  switch (field.type) {
    case 'choice':
    case 'text':
      return text;
    case 'boolean':
      return text === 'true';
    case 'integer':
    case 'number': {
      const value = field.unit === 'ms' ? parseDurationMs(text) : Number(text);
      if (value !== undefined && Number.isFinite(value)) return value;
      throw new CommandFailure(
        EXIT.usage,
        `${flag} must be a number of ${field.unit}, got ${text}`,
      );
    }
  }
}
