import { marksSchema, type Mark } from '@faultline/server/contract';
import type { Lab } from '../../lab/lab.ts';
import { until } from '../../lab/wait.ts';
import { steady, type Experiment } from './experiments.ts';

/** What a run showed, without anything that time or addresses decide. */
export interface Outcome {
  verdict: 'holds' | 'fails';
  /** What was looked for and seen, in the order of the experiment. */
  seen: string[];
  /** Names of the invariants with what the check said. */
  invariants: Record<string, boolean>;
  /** Kinds of events of what is watched, each once, in the order of their first sight. */
  events: string[];
}

const FAULT_ENDS = 'the fault ends';
const PATIENCE = { timeoutMs: 90_000 };

/** Steady state, fault, sightings, undo, steady state again, invariants. */
export async function runExperiment(lab: Lab, experiment: Experiment): Promise<Outcome> {
  await lab.send('PUT', '/api/load', { enabled: true });
  await until('the steady state before', () => steady(lab), PATIENCE);
  const from = Date.now();
  const fault = await lab.breakWith({ ...experiment.fault, ttlSeconds: 300 });
  const seen: string[] = [];
  try {
    for (const [name, sighting] of Object.entries(experiment.during)) {
      await until(name, () => sighting(lab, Date.now() - fault.appliedAt), PATIENCE);
      seen.push(name);
    }
  } finally {
    // A crash that is mended by itself has ended already.
    await lab.send('DELETE', `/api/faults/${fault.id}`);
    await until('no fault', async () => (await lab.faults()).length === 0, PATIENCE);
  }
  await until('the steady state after', () => steady(lab), PATIENCE);
  seen.push('the steady state came back');
  await lab.settle();
  const { holds, invariants } = await lab.invariants();
  const { marks } = await lab.get(`/api/marks?from=${from}&to=${Date.now()}`, marksSchema);
  return {
    verdict: holds ? 'holds' : 'fails',
    seen,
    invariants: Object.fromEntries(invariants.map(({ name, holds: one }) => [name, one])),
    events: orderOfEvents(
      marks.filter(({ id, kind }) => kind !== 'fault' || id === `fault-${fault.id}`),
      experiment.watched,
    ),
  };
}

/** Beginnings and ends of bands and points, as words, each once, by time. */
function orderOfEvents(marks: readonly Mark[], watched: Experiment['watched']): string[] {
  const moments = marks
    .filter((mark) => concerns(mark, watched))
    .flatMap((mark) => [
      { at: mark.at, what: wordsOf(mark) },
      ...(mark.kind === 'fault' && mark.until ? [{ at: mark.until, what: FAULT_ENDS }] : []),
    ]);
  // An undo ends once its effect is seen, often in the same millisecond.
  const inOrder = moments.sort((a, b) => a.at - b.at || Number(isEnd(a)) - Number(isEnd(b)));
  return [...new Set(inOrder.map(({ what }) => what))];
}

const isEnd = ({ what }: { what: string }): boolean => what === FAULT_ENDS;

function concerns(
  { kind, title, links }: Mark,
  { link, instance }: Experiment['watched'],
): boolean {
  if (kind === 'fault') return true;
  // Whether a probe finds the callee still slow is a matter of how busy the machine is.
  if (kind === 'breaker' && title.endsWith('half-open → open')) return false;
  if (kind === 'breaker') return link !== undefined && links.includes(link);
  return kind === 'lifecycle' && instance !== undefined && title.startsWith(`${instance} `);
}

/** Without reasons and process numbers, which runtimes tell differently. */
function wordsOf({ kind, title }: Mark): string {
  if (kind === 'fault') return 'the fault begins';
  return kind === 'lifecycle' ? title.replace(/:.*$/, '') : title;
}
