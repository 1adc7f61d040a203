import type { BreakerState } from '@faultline/chassis/core';
import type { Breaker, BreakerLane } from '../contract/index.ts';

/** What a breaker decided upon. */
export type Evidence = Breaker['evidence'];
/** One call on a lane. */
export type BreakerCall = BreakerLane['calls'][number];
type Segment = BreakerLane['segments'][number];

/** One change of a breaker's state. */
export interface Transition {
  at: number;
  /** Null when it was only seen from outside, by scraping. */
  from: BreakerState | null;
  to: BreakerState;
  reason: string | null;
  evidence: Evidence | null;
}

/** Transitions kept of one breaker; older ones are forgotten. */
const MAX_TRANSITIONS = 500;
/** Calls kept of one breaker. */
const MAX_CALLS = 2000;
/** Calls of a lane that an answer holds. */
const CALLS_IN_ANSWER = 500;
/** A gauge read this soon after a transition may be older than it. */
const SCRAPE_GRACE_MS = 3000;

const NO_EVIDENCE: Evidence = { windowMs: 0, calls: 0, failures: 0, slow: 0 };

/** The history of one breaker: one caller instance's view of one link. */
export interface Lane {
  readonly link: string;
  readonly instance: string;
  /** Takes a transition, in any order. @returns false when it is known already */
  transition(transition: Transition): boolean;
  /** Takes a scraped state. @returns true when it says something that no event said */
  observe(at: number, state: BreakerState, evidence: Evidence): boolean;
  call(call: BreakerCall): void;
  /** Null while nothing but calls is known of it. */
  current(): Breaker | null;
  between(from: number, to: number): BreakerLane;
}

/** Creates a lane of which nothing is known. */
export function createLane(link: string, instance: string): Lane {
  return new KeptLane(link, instance);
}

class KeptLane implements Lane {
  readonly link: string;
  readonly instance: string;
  /** Oldest first. */
  readonly #transitions: Transition[] = [];
  readonly #calls: BreakerCall[] = [];
  #observed: { at: number; evidence: Evidence } | null = null;

  constructor(link: string, instance: string) {
    this.link = link;
    this.instance = instance;
  }

  transition(transition: Transition): boolean {
    let index = this.#transitions.length;
    while (index > 0 && (this.#transitions[index - 1] as Transition).at > transition.at) index -= 1;
    // The exporter repeats a batch whose answer was lost: same time, same move, same event.
    for (let same = index - 1; same >= 0; same -= 1) {
      const other = this.#transitions[same] as Transition;
      if (other.at !== transition.at) break;
      if (other.from === transition.from && other.to === transition.to) return false;
    }
    // Two moves within one clock tick are put in the order in which they can have happened.
    const before = this.#transitions[index - 1];
    if (before?.at === transition.at && before.from === transition.to) index -= 1;
    this.#transitions.splice(index, 0, transition);
    if (this.#transitions.length > MAX_TRANSITIONS) this.#transitions.shift();
    return true;
  }

  observe(at: number, state: BreakerState, evidence: Evidence): boolean {
    this.#observed = { at, evidence };
    const last = this.#transitions.at(-1);
    if (last && (last.to === state || at < last.at + SCRAPE_GRACE_MS)) return false;
    const reason = last ? 'seen by scraping; no event told of it' : null;
    this.#transitions.push({ at, from: null, to: state, reason, evidence: null });
    return true;
  }

  call(call: BreakerCall): void {
    this.#calls.push(call);
    // Trimmed by halves: a shift per call would move 2,000 entries each time.
    if (this.#calls.length > MAX_CALLS * 1.5) this.#calls.splice(0, this.#calls.length - MAX_CALLS);
  }

  current(): Breaker | null {
    const last = this.#transitions.at(-1);
    if (!last) return null;
    const observed = this.#observed;
    const evidence =
      observed && observed.at >= last.at ? observed.evidence : (last.evidence ?? NO_EVIDENCE);
    return {
      link: this.link,
      instance: this.instance,
      state: last.to,
      since: last.at,
      evidence,
    };
  }

  between(from: number, to: number): BreakerLane {
    const calls = this.#calls
      .filter((call) => call.at >= from && call.at <= to)
      .sort((a, b) => a.at - b.at)
      .slice(-CALLS_IN_ANSWER);
    return {
      link: this.link,
      instance: this.instance,
      segments: this.#segments().filter(
        (segment) => segment.from <= to && (segment.to ?? Infinity) >= from,
      ),
      calls,
    };
  }

  /** Contiguous by construction: each transition ends the segment before it. */
  #segments(): Segment[] {
    const segments: Segment[] = [];
    const first = this.#transitions[0];
    if (first?.from) {
      // What was before the first event known: its own `from`, since the first call known.
      const since = Math.min(first.at, this.#calls[0]?.at ?? first.at);
      const state = first.from;
      segments.push({ state, from: since, to: first.at, reason: null, evidence: null });
    }
    this.#transitions.forEach((transition, index) => {
      segments.push({
        state: transition.to,
        from: transition.at,
        to: this.#transitions[index + 1]?.at ?? null,
        reason: transition.reason,
        evidence: transition.evidence,
      });
    });
    return segments;
  }
}
