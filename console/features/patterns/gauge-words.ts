import type { Gauge } from '@faultline/server/contract';

/** A number of a pattern's own, as it stands in `/metrics`. */
interface Meaning {
  metric: string;
  title: string;
}

/** What instances tell of each pattern, most telling first. */
const MEANINGS: Readonly<Record<string, readonly Meaning[]>> = {
  retry: [{ metric: 'resilience_retries_total', title: 'Retries since the start' }],
  retryBudget: [
    { metric: 'resilience_retry_budget', title: 'Retries left in the budget' },
    { metric: 'resilience_retries_refused_total', title: 'Retries it refused' },
  ],
  hedge: [{ metric: 'resilience_hedges_total', title: 'Second requests sent' }],
  ejection: [{ metric: 'resilience_ejected_instances', title: 'Instances left alone now' }],
  breaker: [
    { metric: 'resilience_breaker_window_calls', title: 'Calls in the window' },
    { metric: 'resilience_breaker_window_failures', title: 'Of them failed' },
    { metric: 'resilience_breaker_window_slow', title: 'Of them slow' },
  ],
  bulkhead: [
    { metric: 'resilience_bulkhead_in_flight', title: 'Calls in flight' },
    { metric: 'resilience_bulkhead_queued', title: 'Calls waiting' },
  ],
  rateLimit: [{ metric: 'resilience_rate_limited_total', title: 'Requests refused' }],
  loadShedding: [{ metric: 'resilience_load_shed_total', title: 'Requests shed' }],
  authentication: [{ metric: 'security_access_refused_total', title: 'Calls refused' }],
  databasePool: [
    { metric: 'db_pool_in_use', title: 'Connections in use' },
    { metric: 'db_pool_waiting', title: 'Waiting for one' },
  ],
  outbox: [{ metric: 'outbox_pending', title: 'Events not yet published' }],
  deadLetter: [{ metric: 'kafka_consumer_lag', title: 'Events behind' }],
  inbox: [{ metric: 'kafka_consumer_lag', title: 'Events behind' }],
};

/** One line of the panel: the sum over instances, and what each of them told. */
export interface GaugeLine {
  title: string;
  value: number;
  by: { instance: string; value: number }[];
}

/** What the instances tell of a pattern; of a link only what carries its name. */
export function gaugeLines(
  gauges: readonly Gauge[],
  pattern: string,
  link: string | null,
): GaugeLine[] {
  return (MEANINGS[pattern] ?? []).flatMap(({ metric, title }) => {
    const rows = gauges.filter(
      ({ name, labels }) => name === metric && (link === null || labels['link'] === link),
    );
    if (rows.length === 0) return [];
    const by = [...Map.groupBy(rows, ({ instance }) => instance)].map(([instance, own]) => ({
      instance,
      value: own.reduce((sum, { value }) => sum + value, 0),
    }));
    return [{ title, by, value: by.reduce((sum, { value }) => sum + value, 0) }];
  });
}

/** Whether any metric tells of the pattern. */
export function hasGauges(pattern: string): boolean {
  return MEANINGS[pattern] !== undefined;
}
