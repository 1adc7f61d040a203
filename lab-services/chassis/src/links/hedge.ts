import type { LinkPolicy } from '../core/index.ts';
import { isRepeatable } from './attempt.ts';
import {
  admitAttempt,
  makeAttempt,
  type AdmittedAttempt,
  type AttemptSituation,
} from './attempt-once.ts';
import type { GuardedRequest } from './forward.ts';
import type { AttemptReport, LinkParts, MadeAttempt } from './link-parts.ts';
import { attemptLimit } from './retry.ts';

/**
 * Makes an attempt and, if it is a read that takes longer than `delayMs`, a second one at another
 * good instance. The first good answer counts, the other attempt is called off.
 *
 *     first  ----------------------------x  called off
 *     second            `-----------> answer
 *            |<-delayMs->|
 *
 * Each of the two asks the breaker; one that is called off says nothing about its instance. Two
 * failures are one for the retry, which counts both attempts. See Jeffrey Dean and Luiz André
 * Barroso, "The Tail at Scale", Communications of the ACM 56 (2013).
 */
export async function attemptHedged<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: GuardedRequest<Body>,
  situation: AttemptSituation,
): Promise<AttemptReport<Body>> {
  const first = admitAttempt(parts, situation);
  if (!first) return { kind: 'breaker-open' };
  const firstEnds = new AbortController();
  const running = makeAttempt(parts, policy, request, first, firstEnds.signal);
  if (!mayHedge(policy, request, situation)) return settled(await running);

  const { delayMs } = policy.hedge;
  const waiting = new AbortController();
  const over = parts.clock.sleep(delayMs, waiting.signal).catch(() => undefined);
  const early = await Promise.race([running, over]);
  waiting.abort();
  if (early) return early;
  const second = admitSecond(parts, situation, first);
  if (!second) return settled(await running);
  parts.events.hedgeSent(delayMs);
  parts.metrics.hedges.inc({ link: parts.name });
  const secondEnds = new AbortController();
  const other = makeAttempt(parts, policy, request, second, secondEnds.signal);
  const best = await firstGood(running.then(settled), other.then(settled));
  firstEnds.abort();
  secondEnds.abort();
  return best;
}

function mayHedge(
  policy: LinkPolicy,
  request: GuardedRequest<unknown>,
  { attempt }: AttemptSituation,
): boolean {
  if (!policy.hedge.enabled || request.method !== 'GET') return false;
  return attempt < Math.max(2, attemptLimit(policy, request));
}

/** The second attempt, if there is another good instance, time left, and the breaker agrees. */
function admitSecond(
  parts: LinkParts,
  { attempt, leftMs }: AttemptSituation,
  first: AdmittedAttempt,
): AdmittedAttempt | undefined {
  const left = leftMs();
  if (!first.target || left <= 0) return undefined;
  const target = parts.balancer.pickOther(first.target.endpoint.instance);
  if (!target) return undefined;
  const permit = parts.breaker.admit();
  if (permit) return { attempt: attempt + 1, leftMs: left, permit, target };
  target.release(undefined);
  return undefined;
}

/** The first good one of two, else the later failure; either way for both. */
async function firstGood<Body>(
  first: Promise<MadeAttempt<Body>>,
  second: Promise<MadeAttempt<Body>>,
): Promise<MadeAttempt<Body>> {
  const winner = await Promise.race([first, second]);
  if (!isRepeatable(winner.outcome)) return { ...winner, attempts: 2 };
  const [one, two] = await Promise.all([first, second]);
  const last = one === winner ? two : one;
  return { ...last, attempts: 2, maybeReceived: one.maybeReceived || two.maybeReceived };
}

/** Nobody calls an attempt off before it is over but the race above. */
function settled<Body>(made: MadeAttempt<Body> | undefined): MadeAttempt<Body> {
  if (!made) throw new Error('An attempt was called off before another one had won');
  return made;
}
