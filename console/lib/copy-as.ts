/** One action, said three ways, so that what was clicked can be scripted. */
export interface Action {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under `/api`, with its query string: `/faults`. */
  path: string;
  body?: Readonly<Record<string, unknown>>;
  /** Words after `npx faultline`; null when the CLI has no such command. */
  cli: readonly string[] | null;
}

/** The action as a curl command against `origin`. */
export function asCurl(action: Action, origin: string): string {
  const parts = ['curl'];
  if (action.method !== 'GET') parts.push('-X', action.method);
  parts.push(quote(`${origin}/api${action.path}`));
  if (action.body) {
    parts.push(
      '-H',
      quote('content-type: application/json'),
      '-d',
      quote(JSON.stringify(action.body)),
    );
  }
  return parts.join(' ');
}

/** Where the CLI looks for a lab when it is not told. */
const CLI_ORIGINS = ['http://127.0.0.1:3000', 'http://localhost:3000'];

/** The action as a command of the lab's CLI, or null; says where the lab is when the CLI would not find it. */
export function asCli(action: Action, origin?: string): string | null {
  if (action.cli === null) return null;
  const elsewhere = origin !== undefined && !CLI_ORIGINS.includes(origin);
  const words = [...(elsewhere ? ['--url', origin] : []), ...action.cli];
  return ['npx faultline', ...words.map(quote)].join(' ');
}

/** The action's body as YAML, as an experiment's step would write it; null without a body. */
export function asYaml(action: Action): string | null {
  return action.body ? yamlOf(action.body, 0).join('\n') : null;
}

/** A field's name as the CLI spells it: `latencyMs` -> `latency-ms`. */
function optionName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Words of `faultline fault add`: the kind, then every field as an option, the time limit last. */
export function faultAddWords(request: Readonly<Record<string, unknown>>): string[] {
  const { kind, ttlSeconds, ...fields } = request;
  const words = ['fault', 'add', String(kind)];
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    words.push(`--${optionName(field)}`, Array.isArray(value) ? value.join(',') : plain(value));
  }
  if (ttlSeconds !== undefined) words.push('--ttl', plain(ttlSeconds));
  return words;
}

/** A word as a POSIX shell reads it back. */
export function quote(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function yamlOf(value: unknown, depth: number): string[] {
  const pad = '  '.repeat(depth);
  return Object.entries(value as object).flatMap(([key, entry]: [string, unknown]) => {
    if (entry === undefined) return [];
    if (Array.isArray(entry)) return [`${pad}${key}: [${entry.map(yamlScalar).join(', ')}]`];
    if (entry !== null && typeof entry === 'object') {
      return [`${pad}${key}:`, ...yamlOf(entry, depth + 1)];
    }
    return [`${pad}${key}: ${yamlScalar(entry)}`];
  });
}

function yamlScalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  // Only words that no YAML reader takes for a number, a boolean or a mark are left bare.
  return /^[A-Za-z][\w.-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
