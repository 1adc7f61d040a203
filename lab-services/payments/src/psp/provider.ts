import type { CallFailure, ForwardOutcome, Link } from '@faultline/chassis';
import type { CardAnswer, CardProvider } from '../card-provider.ts';
import { authorisationSchema, refusalSchema, type Authorisation } from './messages.ts';
import { toAuthorisationRequest, toCardAnswer, toCardRefund } from './translation.ts';

/** What one exchange with the provider came to. */
type Told =
  | { kind: 'told'; authorisation: Authorisation }
  | { kind: 'refused'; status: number; code: string }
  /** An answer of another shape, a failure of the provider, or no answer. */
  | { kind: 'unclear'; detail: string; maybeReceived: boolean };

/** Creates the way to the provider: its words begin and end in this folder. */
export function createCardProvider(link: Link, apiKey: string): CardProvider {
  async function exchange(
    operation: string,
    method: 'GET' | 'POST',
    target: string,
    content?: unknown,
  ): Promise<Told> {
    const outcome = await link.forward({
      operation,
      method,
      target,
      headers: { 'api-key': apiKey, ...(content ? { 'content-type': 'application/json' } : {}) },
      body: content === undefined ? undefined : Buffer.from(JSON.stringify(content)),
    });
    return readTold(outcome);
  }

  const byReference = (chargeId: string) =>
    `/authorisations/by-reference/${encodeURIComponent(chargeId)}`;

  async function ask(chargeId: string): Promise<CardAnswer> {
    const told = await exchange('ask for charge', 'GET', byReference(chargeId));
    if (told.kind === 'refused' && told.code === 'UNKNOWN_REFERENCE') return { kind: 'unheard' };
    return told.kind === 'told' ? about(chargeId, told.authorisation) : unknown(told);
  }

  return {
    ask,
    async charge(charge) {
      const content = toAuthorisationRequest(charge);
      const told = await exchange('charge card', 'POST', '/authorisations', content);
      if (told.kind === 'told') return about(charge.chargeId, told.authorisation);
      // It may have been carried out: only the provider knows, and a question charges nothing.
      if (told.kind === 'unclear' && told.maybeReceived) {
        const answer = await ask(charge.chargeId);
        // Not heard of yet is no proof that it will not arrive.
        return answer.kind === 'unheard' ? unknown(told) : answer;
      }
      return told.kind === 'unclear' ? { kind: 'not-sent', detail: told.detail } : unknown(told);
    },
    async giveBack(chargeId) {
      const target = `${byReference(chargeId)}/reversals`;
      const told = await exchange('give back charge', 'POST', target);
      if (told.kind !== 'told') return unknown(told);
      if (told.authorisation.request_reference !== chargeId) return mistaken(chargeId);
      return toCardRefund(told.authorisation);
    },
  };
}

function readTold(outcome: ForwardOutcome): Told {
  if (outcome.kind === 'failed') return { kind: 'unclear', ...describe(outcome) };
  const { status } = outcome;
  const content = parseJson(outcome.body);
  if (status >= 400 && status < 500) {
    const refusal = refusalSchema.safeParse(content);
    return { kind: 'refused', status, code: refusal.data?.error.error_code ?? 'unspecified' };
  }
  const told = authorisationSchema.safeParse(content);
  if (status < 300 && told.success) return { kind: 'told', authorisation: told.data };
  const detail = status < 300 ? 'an answer of another shape' : `status ${status}`;
  return { kind: 'unclear', detail, maybeReceived: true };
}

function describe({ reason, detail, maybeReceived }: CallFailure) {
  return { detail: `${reason}: ${detail}`, maybeReceived };
}

/** An answer about another charge says nothing about this one. */
function about(chargeId: string, told: Authorisation): CardAnswer {
  return told.request_reference === chargeId ? toCardAnswer(told) : mistaken(chargeId);
}

function mistaken(chargeId: string): { kind: 'unknown'; detail: string } {
  return { kind: 'unknown', detail: `the answer is not about charge ${chargeId}` };
}

function unknown(told: Exclude<Told, { kind: 'told' }>): { kind: 'unknown'; detail: string } {
  const detail = told.kind === 'refused' ? `refused: ${told.status} ${told.code}` : told.detail;
  return { kind: 'unknown', detail };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
