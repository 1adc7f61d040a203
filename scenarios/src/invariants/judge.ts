import type { Facts, InvariantResult, OrderFacts, Witness } from './model.ts';
import { WITNESSES } from './model.ts';
import { INVARIANTS } from './rules/registry.ts';

/** What could be found out: the sums, or why a service could not be asked. */
export type Testimony = { [Name in Witness]: Facts[Name] | { unavailable: string } };

/** Judges one reading of all services. Pure: what it is fed decides what it says. */
export interface Judge {
  /** One order, with what every service knows of it. */
  order(order: OrderFacts): void;
  results(testimony: Testimony, now: number): Judgement[];
}

/** A result, and whether the services that it needs could be asked at all. */
export type Judgement = InvariantResult & { checked: boolean };

/** Creates a judge for one reading. */
export function createJudge(): Judge {
  const runs = INVARIANTS.map((rule) => ({ rule, run: rule.begin() }));
  let inFlight = 0;
  return {
    order(order) {
      if (order.orders?.state === 'pending') {
        inFlight += 1;
        return;
      }
      for (const { run } of runs) run.settled(order);
    },
    results: (testimony, now) =>
      runs.map(({ rule, run }) => {
        const { name, title } = rule;
        const missing = rule.needs.filter((witness) => 'unavailable' in testimony[witness]);
        if (missing.length > 0) {
          return {
            name,
            title,
            checked: false,
            holds: false,
            evidence: `not checked: ${missing.join(', ')} could not be asked`,
            violations: missing.map((subject) => ({
              subject,
              detail: `could not be asked: ${reasonOf(testimony[subject])}`,
            })),
          };
        }
        const facts = withoutGaps(testimony);
        const { evidence, violations } = run.result(facts, { now, inFlight });
        return { name, title, checked: true, holds: violations.length === 0, evidence, violations };
      }),
  };
}

function reasonOf(testimony: Testimony[Witness]): string {
  return 'unavailable' in testimony ? testimony.unavailable : '';
}

/** A rule reads only the facts it needs, and those are there. */
function withoutGaps(testimony: Testimony): Facts {
  return Object.fromEntries(
    WITNESSES.map((witness) => [witness, testimony[witness]]),
  ) as unknown as Facts;
}
