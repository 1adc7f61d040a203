/** Why a request cannot be done: the HTTP status and Toxiproxy's text. */
export interface Refusal {
  readonly refused: true;
  readonly status: 400 | 404 | 409 | 500;
  readonly error: string;
}

function refusal(status: Refusal['status'], error: string): Refusal {
  return { refused: true, status, error };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** Every refusal there is; the texts are Toxiproxy's where it has one. */
export const REFUSALS = {
  badBody: (detail: string) => refusal(400, `bad request body: ${detail}`),
  missingField: (field: string) => refusal(400, `missing required field: ${field}`),
  badField: (rule: string, received: unknown) =>
    refusal(400, `bad request body: ${rule}, got ${describe(received)}`),
  badStream: () => refusal(400, 'stream was invalid, can be either upstream or downstream'),
  badToxicType: () => refusal(400, 'invalid toxic type'),
  proxyNotFound: () => refusal(404, 'proxy not found'),
  toxicNotFound: () => refusal(404, 'toxic not found'),
  proxyExists: () => refusal(409, 'proxy already exists'),
  toxicExists: () => refusal(409, 'toxic already exists'),
  tooMany: (what: string, most: number) => refusal(400, `too many ${what}: at most ${most}`),
  /** Go: `listen tcp 127.0.0.1:80: bind: ...`, but `listen tcp: address x: ...`. */
  cannotListen: (problem: string) =>
    refusal(500, `listen tcp${/^(address|lookup) /.test(problem) ? ':' : ''} ${problem}`),
  badListen: (problem: string) => refusal(500, problem),
} as const;

const LONGEST_ECHO = 80;

/** A received value, short enough for a message. */
function describe(received: unknown): string {
  const text = JSON.stringify(received) ?? String(received);
  return text.length > LONGEST_ECHO ? `${text.slice(0, LONGEST_ECHO)}...` : text;
}
