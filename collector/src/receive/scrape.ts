import { METRIC, type Clock } from '@faultline/chassis/core';
import { Agent, request } from 'undici';
import type { ScrapeTargets } from '../contract/index.ts';
import type { InstanceBook } from '../derive/instances.ts';
import type { Live } from '../live.ts';
import type { MetricPoint } from '../model/records.ts';
import type { Intake } from './intake.ts';
import { canonicalLabels } from './labels.ts';
import { parsePrometheusText, type Sample } from './prometheus-text.ts';

type Target = ScrapeTargets['targets'][number];

/** Pause between two scrapes of one target. */
const INTERVAL_MS = 1000;
/** A target that takes longer counts as down. */
const TIMEOUT_MS = 900;
/** Largest answer of a target, bytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** An unchanged value is written again after this long. */
const REPEAT_MS = 10_000;
/** Values remembered to tell a change; beyond, every value is written. */
const MAX_REMEMBERED = 50_000;

/** What is kept of a scrape, and asked for; the rest of a page is what the spans say anyway. */
const METRICS: readonly string[] = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  METRIC.eventLoopLag,
  METRIC.breakerState,
  METRIC.breakerWindowCalls,
  METRIC.breakerWindowFailures,
  METRIC.breakerWindowSlow,
  METRIC.bulkheadInFlight,
  METRIC.bulkheadQueued,
  METRIC.sagas,
  METRIC.activeRequests,
  METRIC.outboxPending,
  METRIC.outboxRelayDuration,
  METRIC.projectionLag,
  METRIC.projectionLagSeconds,
  METRIC.consumerLag,
  METRIC.reordered,
  METRIC.poolInUse,
  METRIC.poolWaiting,
];
const KEPT: ReadonlySet<string> = new Set([
  ...METRICS,
  ...['_sum', '_count'].map((end) => METRIC.outboxRelayDuration + end),
]);
/** Who does not know the parameter answers with everything. */
function withNames(address: string): URL {
  const url = new URL(address);
  for (const name of METRICS) url.searchParams.append('name[]', name);
  return url;
}

/** Reads the metrics of every instance, once a second. */
export interface Scraper extends AsyncDisposable {
  /** Replaces the list of targets. */
  setTargets(targets: readonly Target[]): void;
}

/** What a scraper works with. */
export interface ScraperParts {
  clock: Clock;
  intake: Intake;
  live: Live;
  instances: InstanceBook;
}

/** Starts a scraper without targets. */
export function startScraper(parts: ScraperParts): Scraper {
  return new PrometheusScraper(parts);
}

class PrometheusScraper implements Scraper {
  readonly #parts: ScraperParts;
  readonly #agent = new Agent({ connect: { timeout: TIMEOUT_MS }, pipelining: 1 });
  readonly #loops = new Map<string, { stop: AbortController; done: Promise<void> }>();
  readonly #written = new Map<string, { value: number; at: number }>();

  constructor(parts: ScraperParts) {
    this.#parts = parts;
  }

  setTargets(targets: readonly Target[]): void {
    const wanted = new Map(targets.map((target) => [JSON.stringify(target), target]));
    for (const [key, loop] of this.#loops) {
      if (wanted.has(key)) continue;
      loop.stop.abort();
      this.#loops.delete(key);
    }
    this.#parts.instances.expect(targets);
    let position = 0;
    for (const [key, target] of wanted) {
      position += 1;
      if (this.#loops.has(key)) continue;
      const stop = new AbortController();
      // Spread over the second, so that all targets do not answer in one moment.
      const offsetMs = (position * 97) % INTERVAL_MS;
      this.#loops.set(key, { stop, done: this.#loop(target, offsetMs, stop.signal) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loops = [...this.#loops.values()];
    for (const loop of loops) loop.stop.abort();
    await Promise.all(loops.map((loop) => loop.done));
    await this.#agent.destroy();
  }

  async #loop(target: Target, offsetMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const url = withNames(target.url);
    let pauseMs = offsetMs;
    while (!signal.aborted) {
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const began = clock.monotonicMs();
      await this.#scrape(target, url, signal);
      pauseMs = Math.max(50, INTERVAL_MS - (clock.monotonicMs() - began));
    }
  }

  async #scrape(target: Target, url: URL, signal: AbortSignal): Promise<void> {
    const { clock, instances, live } = this.#parts;
    const text = await this.#fetch(url, signal);
    if (signal.aborted) return;
    if (text === null) {
      instances.down(target.instance);
      return;
    }
    const at = clock.now();
    const { samples } = parsePrometheusText(text, (name) => KEPT.has(name));
    instances.scraped(target.instance, at, samples);
    live.addScrape(target.instance, at, samples);
    this.#keep(target, at, samples);
  }

  async #fetch(url: URL, signal: AbortSignal): Promise<string | null> {
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const part of response.body as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > MAX_ANSWER_BYTES) return null;
        parts.push(part);
      }
      return response.statusCode === 200 ? Buffer.concat(parts).toString('utf8') : null;
    } catch {
      // Refused, timed out, not HTTP: the instance is not up, whatever the reason.
      return null;
    }
  }

  /** Most gauges stand still most of the time: only changes are written, and a sign of life. */
  #keep({ service, instance }: Target, at: number, samples: readonly Sample[]): void {
    const items: MetricPoint[] = [];
    for (const { name, labels, value } of samples) {
      if (!Number.isFinite(value)) continue;
      const point = { name, service, instance, labels: canonicalLabels(labels), at, value };
      const key = `${instance} ${name} ${point.labels}`;
      const known = this.#written.get(key);
      if (known && known.value === value && at - known.at < REPEAT_MS) continue;
      if (known || this.#written.size < MAX_REMEMBERED) this.#written.set(key, { value, at });
      items.push(point);
    }
    if (items.length === 0) return;
    this.#parts.intake.accept('metrics', { items, invalid: 0, tooLarge: 0, firstProblem: null });
  }
}
