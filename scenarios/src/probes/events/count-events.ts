import type { LogPage, LogQuery, LogRecord } from '@faultline/collector/contract';
import { matchesGlob } from '../../faults/glob.ts';
import type { Sight, Span } from '../model.ts';

/** Records of one page and pages of one count: 20,000 records are looked at. */
const PAGE = 1000;
const MOST_PAGES = 20;

/** Which events count. */
export interface EventFilter {
  /** Name, or a beginning with `*`; any record when absent. */
  event?: string | undefined;
  service?: string | undefined;
  /** At least this severe. */
  severity?: LogQuery['severity'];
  /**
   * Values that a record must have; `*` stands for any run of characters. An attribute is named in
   * full (`breaker.to`) or by its last word (`to`).
   */
  attributes: Readonly<Record<string, unknown>>;
}

/** How many there were. */
export interface EventCount {
  count: number;
  /** When the first of them was, epoch milliseconds. */
  firstAt: number | null;
  /** There were more records than are looked at: the count is a lower bound. */
  truncated: boolean;
}

/** Counts log records and events within a span. */
export async function countEvents(
  filter: EventFilter,
  span: Span,
  sight: Pick<Sight, 'logs'>,
): Promise<EventCount> {
  const found = { count: 0, firstAt: null as number | null };
  const isComplete = await visitEvents(filter, span, sight, ({ at }) => {
    found.count += 1;
    found.firstAt ??= at;
  });
  return { ...found, truncated: !isComplete };
}

/**
 * Visits log records and events within a span, oldest first.
 *
 * @returns whether all were visited
 */
export async function visitEvents(
  filter: EventFilter,
  span: Span,
  sight: Pick<Sight, 'logs'>,
  visit: (record: LogRecord) => void,
): Promise<boolean> {
  const { event, service, severity, attributes } = filter;
  const wanted = Object.entries(attributes);
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { logs, nextCursor }: LogPage = await sight.logs({
      ...{ from: span.from, to: span.to, order: 'oldest', limit: PAGE },
      ...(event === undefined ? {} : { event }),
      ...(service === undefined ? {} : { service }),
      ...(severity === undefined ? {} : { severity }),
      ...(cursor === null ? {} : { cursor }),
    });
    for (const record of logs) {
      if (wanted.every(([name, value]) => hasAttribute(record, name, value))) visit(record);
    }
    if (nextCursor === null) return true;
    cursor = nextCursor;
  }
  return false;
}

function hasAttribute({ attributes }: LogRecord, name: string, wanted: unknown): boolean {
  return Object.entries(attributes).some(
    ([key, value]) =>
      (key === name || key.endsWith(`.${name}`)) && matchesGlob(String(wanted), String(value)),
  );
}
