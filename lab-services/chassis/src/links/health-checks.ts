import { Gauge } from 'prom-client';
import type { Configuration } from '../configuration/configuration.ts';
import { ATTRIBUTE, EVENT, METRIC, type Clock, type Endpoint } from '../core/index.ts';
import type { Telemetry } from '../service.ts';
import type { Exchange } from './exchange.ts';

/** Asks the instances behind a link for their health, and keeps those out that do not answer well. */
export interface HealthChecks extends AsyncDisposable {
  /** `endpoints` as callers should see them now; the checks go to them from now on. */
  apply(link: string, endpoints: readonly Endpoint[]): readonly Endpoint[];
}

export interface HealthChecksOptions {
  configuration: Pick<Configuration, 'current' | 'enforced' | 'policy'>;
  telemetry: Telemetry;
  clock: Clock;
  /** Asks an instance behind `link` whether it is ready, over the link's own connections. */
  probe(link: string, endpoint: Endpoint, timeoutMs: number): Promise<Exchange>;
  /** Told when the health of an instance behind `link` is another. */
  changed(link: string): void;
}

interface Record {
  removed: boolean;
  /** Checks in a row that contradict `removed`. */
  contradictions: number;
}

/**
 * Creates the checks of a service. An instance leaves after `unhealthyAfter` failed checks and comes
 * back after `healthyAfter` good ones; what the registry holds for unhealthy stays out as well.
 * Switched off, all count as healthy, whatever the registry says; a service without the pattern
 * relies on the registry.
 */
export function createHealthChecks(options: HealthChecksOptions): HealthChecks {
  return new Checks(options);
}

class Checks implements HealthChecks {
  readonly #options: HealthChecksOptions;
  readonly #watched = new Map<string, readonly Endpoint[]>();
  /** By link and instance. */
  readonly #records = new Map<string, Record>();
  readonly #end = new AbortController();
  #checking: Promise<void> | undefined;

  constructor(options: HealthChecksOptions) {
    this.#options = options;
  }

  apply(link: string, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const { configuration } = this.#options;
    if (!configuration.current.service.healthChecks) return endpoints;
    const known = new Set(endpoints.map((endpoint) => keyOf(link, endpoint)));
    for (const key of this.#records.keys()) {
      if (key.startsWith(`${link} `) && !known.has(key)) this.#records.delete(key);
    }
    for (const key of known) {
      if (!this.#records.has(key)) this.#records.set(key, newRecord());
    }
    this.#watched.set(link, endpoints);
    if (!this.#checking) this.#begin();
    const on = configuration.enforced('healthChecks') !== undefined;
    return endpoints.map((endpoint) => ({
      ...endpoint,
      healthy: !on || (endpoint.healthy && !this.#isRemoved(link, endpoint)),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error('health checks closed'));
    await this.#checking;
  }

  #isRemoved(link: string, endpoint: Endpoint): boolean {
    return this.#records.get(keyOf(link, endpoint))?.removed ?? false;
  }

  #begin(): void {
    this.#checking = this.#work();
    const removed = (link: string, endpoints: readonly Endpoint[]) =>
      endpoints.filter((endpoint) => this.#isRemoved(link, endpoint)).length;
    const watched = this.#watched;
    new Gauge({
      name: METRIC.unhealthy,
      help: 'Instances that the health checks keep out',
      labelNames: ['link'],
      registers: [this.#options.telemetry.metrics],
      collect() {
        for (const [link, endpoints] of watched) this.set({ link }, removed(link, endpoints));
      },
    });
  }

  async #work(): Promise<void> {
    const { clock, configuration } = this.#options;
    while (!this.#end.signal.aborted) {
      const policy = configuration.policy('healthChecks');
      if (policy.enabled) {
        const checks = [...this.#watched].flatMap(([link, endpoints]) =>
          endpoints.map((endpoint) => this.#check(link, endpoint, policy.timeoutMs)),
        );
        await Promise.all(checks);
      } else {
        for (const key of this.#records.keys()) this.#records.set(key, newRecord());
      }
      await clock.sleep(policy.intervalMs, this.#end.signal).catch(() => undefined);
    }
  }

  async #check(link: string, endpoint: Endpoint, timeoutMs: number): Promise<void> {
    const answer = await this.#options.probe(link, endpoint, timeoutMs);
    const policy = this.#options.configuration.enforced('healthChecks');
    const record = this.#records.get(keyOf(link, endpoint));
    if (!policy || !record || this.#end.signal.aborted) return;
    const good = answer.kind === 'answered' && answer.status === 200;
    record.contradictions = good === record.removed ? record.contradictions + 1 : 0;
    const enough = record.removed ? policy.healthyAfter : policy.unhealthyAfter;
    if (record.contradictions < enough) return;
    record.removed = !good;
    record.contradictions = 0;
    this.#tell(link, endpoint, answer, good);
    this.#options.changed(link);
  }

  #tell(link: string, { instance }: Endpoint, answer: Exchange, healthy: boolean): void {
    const reason = describe(answer);
    const attributes = { [ATTRIBUTE.link]: link, instance, healthy, reason };
    const where = healthy ? 'is back behind' : 'is taken out of';
    const message = `${instance} ${where} ${link}: ${reason}`;
    this.#options.telemetry.event(EVENT.healthChanged, attributes, message);
  }
}

function keyOf(link: string, { instance }: Endpoint): string {
  return `${link} ${instance}`;
}

function newRecord(): Record {
  return { removed: false, contradictions: 0 };
}

function describe(answer: Exchange): string {
  switch (answer.kind) {
    case 'answered':
      return `status ${answer.status}`;
    case 'broken':
      return answer.detail;
    case 'timed-out':
      return 'no answer in time';
    case 'cancelled':
      return 'called off';
  }
}
