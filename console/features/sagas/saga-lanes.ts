import type { SagaDetail } from '@faultline/collector/contract';

/** One try of a step or of its compensation. Times: epoch milliseconds. */
export interface SagaTry {
  from: number;
  /** Null while it goes on. */
  to: number | null;
  outcome: 'completed' | 'failed' | 'running';
  detail: string;
  traceId: string | null;
  spanId: string | null;
}

/** One step over time: its tries, and those of its compensation. */
export interface SagaLane {
  step: string;
  forward: SagaTry[];
  compensation: SagaTry[];
}

type Entry = SagaDetail['timeline'][number];
type Direction = 'forward' | 'compensation';

const STEP_EVENT = /^saga\.(step|compensation)\.(started|completed|failed)$/;

/**
 * The story of a saga as swim lanes, one for each step in the order in which steps first began.
 * A `completed` or `failed` without its `started` (lost, or from before the range) becomes a try
 * of no duration: nothing that was told is hidden.
 */
export function sagaLanes(timeline: readonly Entry[]): SagaLane[] {
  const lanes = new Map<string, SagaLane>();
  for (const entry of [...timeline].sort((a, b) => a.at - b.at)) {
    const match = STEP_EVENT.exec(entry.event);
    if (!match || entry.step === null) continue;
    const direction: Direction = match[1] === 'step' ? 'forward' : 'compensation';
    const lane = lanes.get(entry.step) ?? { step: entry.step, forward: [], compensation: [] };
    lanes.set(entry.step, lane);
    addEntry(lane[direction], entry, match[2] as 'started' | 'completed' | 'failed');
  }
  return [...lanes.values()];
}

function addEntry(
  tries: SagaTry[],
  { at, detail, traceId, spanId }: Entry,
  what: 'started' | 'completed' | 'failed',
): void {
  const last = tries.at(-1);
  if (what === 'started') {
    // A new start while one runs: the former try was cut off, for instance by a crash.
    if (last?.outcome === 'running') Object.assign(last, { to: at, outcome: 'failed' });
    tries.push({ from: at, to: null, outcome: 'running', detail, traceId, spanId });
    return;
  }
  if (last?.outcome === 'running') Object.assign(last, { to: at, outcome: what, detail });
  else tries.push({ from: at, to: at, outcome: what, detail, traceId, spanId });
}

/** The time axis of a saga: from its start to its end, or to `now` while it runs. */
export function sagaSpan(saga: SagaDetail, now: number): { from: number; to: number } {
  const latest = saga.timeline.reduce((most, entry) => Math.max(most, entry.at), saga.startedAt);
  const to = saga.endedAt ?? Math.max(now, latest);
  return { from: saga.startedAt, to: Math.max(to, latest, saga.startedAt + 1) };
}
