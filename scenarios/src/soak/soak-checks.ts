import type { Clock } from '@faultline/chassis/core';
import type { ProbeSpec } from '../document/model.ts';
import type { LabPorts } from '../engine/ports.ts';
import type { Plan } from '../journal/entries.ts';
import type { EntryBody } from './soak-journal.ts';

const WINDOW_MS = 10_000;

/** What a soak watches for its charts; it decides nothing. */
const WATCHED: readonly { view: Plan['checks'][number]; probe: ProbeSpec }[] = [
  {
    view: { id: 'red.errorRatio', title: 'errors of gateway over 10 s', expect: '', unit: 'ratio' },
    probe: { probe: 'red.errorRatio', service: 'gateway', windowMs: WINDOW_MS },
  },
  {
    view: { id: 'red.latency', title: 'p95 of gateway over 10 s', expect: '', unit: 'ms' },
    probe: { probe: 'red.latency', service: 'gateway', quantile: 0.95, windowMs: WINDOW_MS },
  },
];

/** The watched checks as the plan shows them. */
export const SOAK_CHECKS: Plan['checks'] = WATCHED.map(({ view }) => view);

/** Looks in the whole of a soak, roughly; and the shortest pause between two, milliseconds. */
const LOOKS = 1_000;
const SHORTEST_PAUSE_MS = 2_000;

/** Looks again and again, until the signal aborts; a probe that cannot be read is a gap. */
export async function watch(
  ports: LabPorts,
  clock: Clock,
  durationMs: number,
  write: (body: EntryBody) => void,
  signal: AbortSignal,
): Promise<void> {
  const pauseMs = Math.max(SHORTEST_PAUSE_MS, durationMs / LOOKS);
  const wait = () =>
    clock.sleep(pauseMs, signal).then(
      () => true,
      () => false,
    );
  while (await wait()) {
    const to = clock.now();
    for (const { view, probe } of WATCHED) {
      const reading = await ports
        .measure(probe, { from: to - WINDOW_MS, to }, signal)
        .catch(() => ({ value: null, samples: null }));
      if (signal.aborted) return;
      const { value, samples } = reading;
      write({ kind: 'observation', check: view.id, value, samples, within: null });
    }
  }
}
