import type { IncomingMessage, ServerResponse } from 'node:http';
import { createUpstream } from '@faultline/chassis/testing';

/** The books of one reference. */
interface Entry {
  captured: number;
  reversed: number;
  status: 'CAPTURED' | 'SOFT_DECLINE' | 'REVERSED' | 'CANCELLED';
  value: string;
}

/** How the provider behaves from now on. */
export interface Manners {
  /** Cents captured less than asked. */
  shortBy: number;
  /** Carries a request out and then breaks the connection instead of answering. */
  losesAnswers: (request: IncomingMessage) => boolean;
  /** Answers 500 and does nothing. */
  fails: (request: IncomingMessage) => boolean;
}

/** A card provider over HTTP that speaks the words of the real one. */
export interface TestProvider extends AsyncDisposable {
  readonly port: number;
  manners: Manners;
  /** Cents captured and not reversed over all references. */
  keptCents(): number;
  captures(): number;
}

export const GOOD_MANNERS: Manners = {
  shortBy: 0,
  losesAnswers: () => false,
  fails: () => false,
};

type Carry = (method: string, path: string, body: string) => [status: number, content: unknown];

/** What is done under each reference; `shortBy` cents less than asked are captured. */
function createBooks(shortBy: () => number) {
  const entries = new Map<string, Entry>();
  let captures = 0;

  const carryOut: Carry = (method, path, body) => {
    const [, reference = '', reversal] =
      /^\/authorisations\/by-reference\/([^/]+)(\/reversals)?$/.exec(path) ?? [];
    if (reference === '') return authorise(JSON.parse(body) as Record<string, string>);
    const entry = entries.get(reference);
    if (method === 'GET') {
      if (entry) return [200, tell(reference, entry)];
      return [404, { error: { error_code: 'UNKNOWN_REFERENCE', error_text: 'Unknown.' } }];
    }
    if (!reversal) return [404, {}];
    const reversed: Entry = entry
      ? { ...entry, status: 'REVERSED', reversed: entry.captured }
      : { captured: 0, reversed: 0, status: 'CANCELLED', value: '0.00' };
    entries.set(reference, reversed);
    return [200, tell(reference, reversed)];
  };

  function authorise(request: Record<string, string>): [number, unknown] {
    const reference = request['request_reference'] ?? '';
    const value = request['value'] ?? '0.00';
    const earlier = entries.get(reference);
    if (earlier) return [200, tell(reference, earlier)];
    const cents = Math.round(Number(value) * 100);
    const declined = cents > 500_000;
    const captured = declined ? 0 : cents - shortBy();
    if (!declined) captures++;
    const entry: Entry = {
      captured,
      reversed: 0,
      status: declined ? 'SOFT_DECLINE' : 'CAPTURED',
      value,
    };
    entries.set(reference, entry);
    return [201, tell(reference, entry)];
  }

  return {
    carryOut,
    captures: () => captures,
    keptCents: () =>
      [...entries.values()].reduce((sum, { captured, reversed }) => sum + captured - reversed, 0),
  };
}

/** Starts a {@link TestProvider} on a free port. */
export async function startProvider(apiKey: string): Promise<TestProvider> {
  const books = createBooks(() => provider.manners.shortBy);

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const known = request.headers['api-key'] === apiKey;
      if (!known || provider.manners.fails(request)) {
        return void response.writeHead(known ? 500 : 401).end();
      }
      const text = Buffer.concat(chunks).toString('utf8');
      const [status, content] = books.carryOut(request.method ?? '', request.url ?? '', text);
      if (provider.manners.losesAnswers(request)) return void request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(content));
    });
  }

  const upstream = await createUpstream(serve);
  const provider: TestProvider = {
    port: upstream.port,
    manners: GOOD_MANNERS,
    keptCents: books.keptCents,
    captures: books.captures,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
  return provider;
}

function tell(reference: string, { captured, reversed, status, value }: Entry): object {
  return {
    psp_reference: `PSP-${reference}`,
    request_reference: reference,
    merchant_order: 'any',
    status,
    refusal: status === 'SOFT_DECLINE' ? 'LIMIT_EXCEEDED' : null,
    value,
    captured_value: (captured / 100).toFixed(2),
    reversed_value: (reversed / 100).toFixed(2),
    currency: 'EUR',
  };
}
