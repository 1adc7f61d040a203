import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import { joinOrders } from './join.ts';
import { createJudge, type Judgement, type Testimony } from './judge.ts';
import { ORDER_WITNESSES, WITNESSES, type InvariantResult, type Witness } from './model.ts';
import { createQuestions, type Questions } from './witness.ts';

/** Answer of a check. Times are epoch milliseconds. */
export interface InvariantReport {
  holds: boolean;
  checkedAt: number;
  invariants: InvariantResult[];
}

/** What a check needs. */
export interface CheckParts {
  fleet: Fleet;
  clock: Clock;
  signal: AbortSignal;
}

/** Pause before violations are looked at again, milliseconds. */
const SECOND_LOOK_MS = 500;

/**
 * Checks every invariant against the services' own data.
 *
 * The services are not read at one moment: an order may settle between two of them. So a
 * violation counts only when a second reading, a moment later, finds the same one again.
 */
export async function checkInvariants(parts: CheckParts): Promise<InvariantReport> {
  const questions = createQuestions(parts.fleet, parts.signal);
  return checkWith(questions, parts.clock, parts.signal);
}

/** See {@link checkInvariants}; with the questions as an input. */
export async function checkWith(
  questions: Questions,
  clock: Clock,
  signal: AbortSignal,
): Promise<InvariantReport> {
  const first = await read(questions, clock);
  if (first.every(({ holds }) => holds)) return report(first, clock);
  await clock.sleep(SECOND_LOOK_MS, signal);
  const second = await read(questions, clock);
  return report(
    second.map((result, index) => confirmed(result, first[index])),
    clock,
  );
}

async function read(questions: Questions, clock: Clock): Promise<Judgement[]> {
  const testimony = {} as Record<Witness, unknown>;
  const judge = createJudge();
  // Rows before sums: stock that confirmed orders hold is part of the later sum.
  const heard = new Set<Witness>(WITNESSES);
  const rows = joinOrders(questions, ORDER_WITNESSES, ({ witness, message }) => {
    heard.delete(witness);
    testimony[witness] = { unavailable: message };
  });
  for await (const order of rows) judge.order(order);
  await Promise.all(
    [...heard].map(async (witness) => {
      testimony[witness] = await questions.sums(witness).catch((error: Error) => ({
        unavailable: error.message,
      }));
    }),
  );
  return judge.results(testimony as Testimony, clock.now());
}

/** Keeps what both readings found; what could not be asked has not been found to be well. */
function confirmed(second: Judgement, first: Judgement | undefined): Judgement {
  if (!second.checked || !first?.checked) return second;
  const subjects = new Set(first.violations.map(({ subject }) => subject));
  const violations = second.violations.filter(({ subject }) => subjects.has(subject));
  return { ...second, violations, holds: violations.length === 0 };
}

function report(judgements: Judgement[], clock: Clock): InvariantReport {
  return {
    holds: judgements.every(({ holds }) => holds),
    checkedAt: clock.now(),
    invariants: judgements.map(({ checked: _checked, ...result }) => result),
  };
}
