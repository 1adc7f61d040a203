import {
  ATTRIBUTE,
  BREAKER_STATES,
  EVENT,
  linkPolicySchema,
  METRIC,
  type BreakerState,
} from '@faultline/chassis/core';
import type { Breaker, BreakerLanes } from '../contract/index.ts';
import type { LogEntry, SpanRecord } from '../model/records.ts';
import { createLane, type BreakerCall, type Evidence, type Lane } from './breaker-lane.ts';
import { neverWentOut } from './red.ts';

/** Breakers kept; a fleet of 14 services has some 60. Further ones are not shown. */
const MAX_LANES = 1000;

/** The default of the policy: the collector does not know what a link's is at the moment. */
const SLOW_CALL_MS = linkPolicySchema.parse({}).breaker.slowCallMs;

/** METRIC.breakerState: 0 closed, 1 half-open, 2 open. */
const GAUGE_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** One sample of a scrape: name, labels, value. */
export interface GaugeSample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All breakers of the fleet, from events, spans and scraped gauges. */
export interface BreakerBook {
  /** @returns true when a breaker's state changed by it */
  addLog(entry: LogEntry): boolean;
  addSpan(span: SpanRecord): void;
  /** @returns true when a breaker's state changed by it */
  addScrape(instance: string, at: number, samples: readonly GaugeSample[]): boolean;
  current(): Breaker[];
  lanes(from: number, to: number, link?: string): BreakerLanes;
}

/** Creates an empty book. */
export function createBreakerBook(): BreakerBook {
  return new KeptBreakerBook();
}

class KeptBreakerBook implements BreakerBook {
  readonly #lanes = new Map<string, Lane>();

  addLog(entry: LogEntry): boolean {
    if (entry.eventName !== EVENT.breakerStateChanged) return false;
    const link = entry.attributes[ATTRIBUTE.link];
    const to = stateOf(entry.attributes[ATTRIBUTE.breakerTo]);
    if (typeof link !== 'string' || to === null) return false;
    const reason = entry.attributes[ATTRIBUTE.breakerReason];
    return (
      this.#lane(link, entry.instance ?? entry.service)?.transition({
        at: entry.at,
        from: stateOf(entry.attributes[ATTRIBUTE.breakerFrom]),
        to,
        reason: typeof reason === 'string' ? reason : null,
        evidence: evidenceOf(entry),
      }) ?? false
    );
  }

  addSpan(span: SpanRecord): void {
    if (span.link === null) return;
    const outcome = outcomeOf(span);
    if (outcome === null) return;
    this.#lane(span.link, span.instance ?? span.service)?.call({
      at: span.startedAt + span.durationMs,
      outcome,
      durationMs: span.durationMs,
      traceId: span.traceId,
    });
  }

  addScrape(instance: string, at: number, samples: readonly GaugeSample[]): boolean {
    const states = new Map<string, BreakerState>();
    const evidence = new Map<string, Evidence>();
    for (const { name, labels, value } of samples) {
      const { link } = labels;
      if (link === undefined || !Number.isFinite(value)) continue;
      const known = evidence.get(link) ?? { windowMs: 0, calls: 0, failures: 0, slow: 0 };
      const whole = Math.max(0, Math.round(value));
      if (name === METRIC.breakerState) {
        const state = GAUGE_STATES[value];
        if (state) states.set(link, state);
      } else if (name === METRIC.breakerWindowCalls) known.calls = whole;
      else if (name === METRIC.breakerWindowFailures) known.failures = whole;
      else if (name === METRIC.breakerWindowSlow) known.slow = whole;
      else continue;
      evidence.set(link, known);
    }
    let changed = false;
    for (const [link, state] of states) {
      const lane = this.#lane(link, instance);
      const window = evidence.get(link) ?? { windowMs: 0, calls: 0, failures: 0, slow: 0 };
      // The window's length is a policy; the gauges do not say it, the last event did.
      window.windowMs = lane?.current()?.evidence.windowMs || DEFAULT_WINDOW_MS;
      if (lane?.observe(at, state, window)) changed = true;
    }
    return changed;
  }

  current(): Breaker[] {
    return [...this.#lanes.values()]
      .map((lane) => lane.current())
      .filter((breaker) => breaker !== null)
      .sort((a, b) => a.link.localeCompare(b.link) || a.instance.localeCompare(b.instance));
  }

  lanes(from: number, to: number, link?: string): BreakerLanes {
    const lanes = [...this.#lanes.values()]
      .filter((lane) => (link === undefined || lane.link === link) && lane.current() !== null)
      .sort((a, b) => a.link.localeCompare(b.link) || a.instance.localeCompare(b.instance))
      .map((lane) => lane.between(from, to));
    return { from, to, lanes };
  }

  #lane(link: string, instance: string): Lane | undefined {
    const key = `${link} ${instance}`;
    let lane = this.#lanes.get(key);
    if (!lane && this.#lanes.size < MAX_LANES) {
      lane = createLane(link, instance);
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

const DEFAULT_WINDOW_MS = linkPolicySchema.parse({}).breaker.windowMs;

/** What a span says to a breaker; null when it is no attempt and no refused call. */
function outcomeOf(span: SpanRecord): BreakerCall['outcome'] | null {
  if (span.kind === 'internal') return neverWentOut(span) ? 'rejected' : null;
  if (span.kind !== 'client' || span.attributes[ATTRIBUTE.attempt] === undefined) return null;
  if (span.status === 'error') return 'failed';
  return span.durationMs >= SLOW_CALL_MS ? 'slow' : 'ok';
}

function stateOf(value: unknown): BreakerState | null {
  return BREAKER_STATES.find((state) => state === value) ?? null;
}

function evidenceOf({ attributes }: LogEntry): Evidence {
  const whole = (key: string): number => {
    const value = attributes[key];
    return typeof value === 'number' && value >= 0 ? Math.round(value) : 0;
  };
  return {
    windowMs: whole(ATTRIBUTE.breakerWindowMs),
    calls: whole(ATTRIBUTE.breakerCalls),
    failures: whole(ATTRIBUTE.breakerFailures),
    slow: whole(ATTRIBUTE.breakerSlow),
  };
}
