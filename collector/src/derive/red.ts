import { ATTRIBUTE, type Clock } from '@faultline/chassis/core';
import type { LinkRed, Red, RedSeries, RedSnapshot, ServiceRed } from '../contract/index.ts';
import type { SpanRecord } from '../model/records.ts';
import { spanFailed } from '../model/span.ts';
import { BUCKETS, countAtMost, percentile } from './histogram.ts';
import { createSecondRing, KEPT_SECONDS, type SecondRing, type Sums } from './ring.ts';

/** Operations of one service beyond this many are summed up as {@link OTHER_OPERATIONS}. */
const MAX_OPERATIONS = 200;
/** Services, and links, beyond this many are summed up as {@link OTHER_OPERATIONS}. */
const MAX_NAMES = 500;
/** Stands for what exceeds the limits: counted, never hidden. */
export const OTHER_OPERATIONS = '(other)';

/** Outcomes of a guarded call that never left its caller. */
const REJECTED = new Set<unknown>(['breaker-open', 'bulkhead-full', 'deadline']);

/** Which series is asked for. */
export type RedSubject = { service: string; operation?: string | undefined } | { link: string };

/** Rate, errors and duration of the last 15 minutes, second by second, from the spans themselves. */
export interface RedBook {
  add(span: SpanRecord): void;
  /** RED of everything seen in the last `windowMs` full seconds. */
  snapshot(windowMs: number): RedSnapshot;
  /** Calls of the last `windowMs` full seconds, and how many of them took at most `thresholdMs`. */
  fastCalls(
    subject: RedSubject,
    query: { thresholdMs: number; windowMs: number },
  ): { good: number; total: number };
  /** One point a step over the range. Seconds older than {@link KEPT_SECONDS} read as empty. */
  series(subject: RedSubject, range: { from: number; to: number; stepMs: number }): RedSeries;
  /** First millisecond that memory still covers. */
  coveredFrom(): number;
  /** Links over which messages, not calls, go. */
  asynchronousLinks(): ReadonlySet<string>;
}

interface LinkBook {
  from: string;
  to: string;
  ring: SecondRing;
}

interface ServiceBook {
  ring: SecondRing;
  operations: Map<string, SecondRing>;
}

/** Creates an empty book. A span counts in the second in which it ended. */
export function createRedBook(clock: Clock): RedBook {
  return new RollingRedBook(clock);
}

class RollingRedBook implements RedBook {
  readonly #clock: Clock;
  readonly #services = new Map<string, ServiceBook>();
  readonly #links = new Map<string, LinkBook>();
  readonly #asynchronous = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(span: SpanRecord): void {
    const now = Math.floor(this.#clock.now() / 1000);
    // A clock ahead of ours must not count beyond the present, where no window would look.
    const second = Math.min(now, Math.floor((span.startedAt + span.durationMs) / 1000));
    if (second < now - KEPT_SECONDS) return;
    switch (span.kind) {
      case 'server':
      case 'consumer':
        this.#addToService(span, second);
        return;
      case 'client':
      case 'producer':
        if (span.link !== null) this.#addToLink(span, second);
        return;
      case 'internal':
        if (span.link !== null && neverWentOut(span)) {
          this.#link(span).ring.reject(second);
        }
    }
  }

  snapshot(windowMs: number): RedSnapshot {
    const at = this.#clock.now();
    const to = Math.floor(at / 1000);
    const from = to - Math.ceil(windowMs / 1000);
    const services: ServiceRed[] = [];
    for (const [service, book] of this.#services) {
      const sums = sumOf(book.ring, from, to);
      if (sums.count === 0) continue;
      services.push({ service, ...redOf(sums, to - from) });
      for (const [operation, ring] of book.operations) {
        const own = sumOf(ring, from, to);
        if (own.count > 0) services.push({ service, operation, ...redOf(own, to - from) });
      }
    }
    const links: LinkRed[] = [];
    for (const [link, book] of this.#links) {
      const sums = sumOf(book.ring, from, to);
      if (sums.count === 0 && sums.rejected === 0) continue;
      links.push({
        link,
        from: book.from,
        to: book.to,
        ...redOf(sums, to - from),
        attemptsPerCall: sums.calls === 0 ? null : Math.max(1, sums.count / sums.calls),
        rejectedPerS: sums.rejected / (to - from),
      });
    }
    return { at, windowMs, services, links };
  }

  fastCalls(
    subject: RedSubject,
    { thresholdMs, windowMs }: { thresholdMs: number; windowMs: number },
  ): { good: number; total: number } {
    const to = Math.floor(this.#clock.now() / 1000);
    const ring = this.#ringOf(subject);
    const sums = ring ? sumOf(ring, to - Math.ceil(windowMs / 1000), to) : emptySums();
    return { good: countAtMost(sums.durations, thresholdMs), total: sums.count };
  }

  series(subject: RedSubject, range: { from: number; to: number; stepMs: number }): RedSeries {
    const ring = this.#ringOf(subject);
    const points: RedSeries['points'] = [];
    for (let at = range.from; at < range.to; at += range.stepMs) {
      const end = Math.min(at + range.stepMs, range.to);
      const from = Math.ceil(at / 1000);
      const to = Math.ceil(end / 1000);
      const sums = ring ? sumOf(ring, from, to) : emptySums();
      points.push({ at, ...redOf(sums, Math.max(1, (end - at) / 1000)) });
    }
    return { ...range, points };
  }

  coveredFrom(): number {
    return (Math.floor(this.#clock.now() / 1000) - KEPT_SECONDS) * 1000;
  }

  asynchronousLinks(): ReadonlySet<string> {
    return this.#asynchronous;
  }

  #addToService(span: SpanRecord, second: number): void {
    const failed = spanFailed(span);
    const name = bounded(this.#services, span.service, MAX_NAMES);
    let book = this.#services.get(name);
    if (!book) {
      book = { ring: createSecondRing(), operations: new Map() };
      this.#services.set(name, book);
    }
    book.ring.add(second, span.durationMs, failed, true);
    const operation = bounded(book.operations, span.name, MAX_OPERATIONS);
    let ring = book.operations.get(operation);
    if (!ring) {
      ring = createSecondRing();
      book.operations.set(operation, ring);
    }
    ring.add(second, span.durationMs, failed, true);
  }

  #addToLink(span: SpanRecord, second: number): void {
    const attempt = span.attributes[ATTRIBUTE.attempt];
    const book = this.#link(span);
    book.ring.add(
      second,
      span.durationMs,
      spanFailed(span),
      attempt === undefined || attempt === 1,
    );
    if (span.kind === 'producer' && span.link !== null) this.#asynchronous.add(span.link);
  }

  #link(span: SpanRecord): LinkBook {
    const link = bounded(this.#links, span.link ?? '', MAX_NAMES);
    let book = this.#links.get(link);
    if (!book) {
      const other = link === OTHER_OPERATIONS;
      book = {
        from: other ? OTHER_OPERATIONS : span.service,
        to: other ? OTHER_OPERATIONS : String(span.attributes[ATTRIBUTE.peerService]),
        ring: createSecondRing(),
      };
      this.#links.set(link, book);
    }
    return book;
  }

  #ringOf(subject: RedSubject): SecondRing | undefined {
    if ('link' in subject) return this.#links.get(subject.link)?.ring;
    const book = this.#services.get(subject.service);
    return subject.operation === undefined ? book?.ring : book?.operations.get(subject.operation);
  }
}

/** The name itself, or the one for all that came after the limit was reached. */
function bounded(known: ReadonlyMap<string, unknown>, name: string, limit: number): string {
  return known.has(name) || known.size < limit ? name : OTHER_OPERATIONS;
}

/**
 * Whether a call's span says that not one attempt was made. A fallback hides why in its outcome,
 * but not in its number of attempts.
 */
export function neverWentOut(span: SpanRecord): boolean {
  const attempts = span.attributes[ATTRIBUTE.attempts];
  if (typeof attempts === 'number') return attempts === 0;
  return REJECTED.has(span.attributes[ATTRIBUTE.outcome]);
}

/** Creates sums of nothing. */
export function emptySums(): Sums {
  return { count: 0, errors: 0, calls: 0, rejected: 0, durations: new Uint32Array(BUCKETS) };
}

function sumOf(ring: SecondRing, from: number, to: number): Sums {
  const sums = emptySums();
  ring.sum(from, to, sums);
  return sums;
}

/** The contract's numbers of sums over `seconds`. */
export function redOf(sums: Sums, seconds: number): Red {
  return {
    ratePerS: sums.count / seconds,
    errorRatio: sums.count === 0 ? 0 : sums.errors / sums.count,
    p50Ms: percentile(sums.durations, sums.count, 0.5),
    p95Ms: percentile(sums.durations, sums.count, 0.95),
    p99Ms: percentile(sums.durations, sums.count, 0.99),
    count: sums.count,
    errorCount: sums.errors,
  };
}
