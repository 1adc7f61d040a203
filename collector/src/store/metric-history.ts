import type { DuckDBValue } from '@duckdb/node-api';
import type { MetricSeries } from '../contract/index.ts';
import type { Readers } from './readers.ts';
import type { Row } from './trace-rows.ts';

/** Which series, over which time. */
export interface MetricSearch {
  name: string;
  service: string | undefined;
  instance: string | undefined;
  labels: Readonly<Record<string, string>>;
  from: number;
  to: number;
  stepMs: number;
  aggregate: MetricSeries['aggregate'];
}

/** Values and series of one answer. */
const MOST_VALUES = 100_000;
const MOST_SERIES = 200;
/**
 * A value that stands still is written every ten seconds only: it is good for so long. What was
 * not seen for longer is gone.
 */
const STANDS_MS = 12_000;

/** A metric over time, one value a step and series. */
export async function metricHistory(readers: Readers, search: MetricSearch): Promise<MetricSeries> {
  const { name, from, to, stepMs, aggregate } = search;
  const steps = Math.ceil((to - from) / stepMs);
  const most = Math.max(1, Math.min(MOST_SERIES, Math.floor(MOST_VALUES / steps)));
  const { where, values } = conditions(search);
  const rows = await readers.query(
    `SELECT service, instance, labels, step, last, last_at, low, high FROM (
       SELECT service, instance, labels, floor((measured_at - $from) / $stepMs)::INTEGER AS step,
              arg_max(value, measured_at) AS last, max(measured_at) AS last_at,
              min(value) AS low, max(value) AS high
       FROM points
       WHERE name = $name AND measured_at >= $since AND measured_at < $to ${where}
       GROUP BY service, instance, labels, step)
     QUALIFY dense_rank() OVER (ORDER BY service, instance, labels) <= $most
     ORDER BY service, instance, labels, step`,
    { ...values, name, from, to, stepMs, since: from - lookBackMs(search), most: most + 1 },
  );
  const series = seriesOf(rows);
  return {
    ...{ name, aggregate, from, to, stepMs },
    truncated: series.length > most,
    series: series.slice(0, most).map((own) => {
      const [first] = own;
      return {
        service: first.service as string,
        instance: first.instance as string | null,
        labels: labelsOf(first.labels as string),
        values: valuesOf(own, search, steps),
      };
    }),
  };
}

/** What came before the range says how things stood at its beginning. */
function lookBackMs({ aggregate, stepMs }: MetricSearch): number {
  return aggregate === 'rate' ? STANDS_MS + stepMs : STANDS_MS;
}

/** Only parameters come from outside. */
function conditions({ service, instance, labels }: MetricSearch) {
  const parts: string[] = [];
  const values: Record<string, DuckDBValue> = {};
  if (service !== undefined) {
    parts.push('AND service = $service');
    values.service = service;
  }
  if (instance !== undefined) {
    parts.push('AND instance = $instance');
    values.instance = instance;
  }
  for (const [index, [label, value]] of Object.entries(labels).entries()) {
    // Labels are JSON without spaces; a quote inside a value is escaped, so this finds no other.
    parts.push(`AND contains(labels, $label${index})`);
    values[`label${index}`] = `${JSON.stringify(label)}:${JSON.stringify(value)}`;
  }
  return { where: parts.join(' '), values };
}

function seriesOf(rows: readonly Row[]): [Row, ...Row[]][] {
  const series: [Row, ...Row[]][] = [];
  for (const row of rows) {
    const own = series.at(-1);
    const same =
      own !== undefined &&
      (['service', 'instance', 'labels'] as const).every((key) => own[0][key] === row[key]);
    if (same) own.push(row);
    else series.push([row]);
  }
  return series;
}

function labelsOf(json: string): Record<string, string> {
  const labels = JSON.parse(json) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** One value a step: what the step says, else what still stands from before, else none. */
function valuesOf(rows: readonly Row[], search: MetricSearch, steps: number): (number | null)[] {
  const { from, stepMs, aggregate } = search;
  const values: (number | null)[] = [];
  let next = 0;
  let standing: { value: number; at: number } | null = null;
  let before: number | null = null;
  for (let step = Math.min(0, (rows[0]?.step as number) ?? 0); step < steps; step += 1) {
    const known: number | null =
      standing && standing.at >= from + step * stepMs - STANDS_MS ? standing.value : null;
    const row = (rows[next]?.step as number) === step ? rows[next] : undefined;
    if (row) {
      next += 1;
      standing = { value: row.last as number, at: row.last_at as number };
    }
    const last = row ? (row.last as number) : known;
    const value: number | null =
      aggregate === 'rate'
        ? growth(before, last, stepMs)
        : aggregate === 'last' || !row
          ? last
          : extreme(aggregate, row, known);
    before = last;
    if (step >= 0) values.push(value);
  }
  return values;
}

/** The value at the beginning of a step counts for it as well. */
function extreme(which: 'max' | 'min', row: Row, known: number | null): number {
  const own = (which === 'max' ? row.high : row.low) as number;
  if (known === null) return own;
  return which === 'max' ? Math.max(own, known) : Math.min(own, known);
}

/** Growth per second. A counter that fell began again from 0. */
function growth(before: number | null, after: number | null, stepMs: number): number | null {
  if (before === null || after === null) return null;
  return (after >= before ? after - before : after) / (stepMs / 1000);
}
