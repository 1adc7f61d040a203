import type { TraceSummary } from '../contract/index.ts';
import type { SpanRecord } from '../model/records.ts';
import { spanFailed } from '../model/span.ts';

/** Names kept of one trace for searching; a trace beyond is still found by the first ones. */
const MAX_NAMES = 500;

/** What is known of a trace as a whole: its line in a list, and what it is found by. */
export interface TraceDigest {
  traceId: string;
  startedAt: number;
  durationMs: number;
  /** Start of the earliest and end of the last span. */
  firstAt: number;
  lastAt: number;
  hasRoot: boolean;
  /** Whether the root failed; while there is none, whether any span did. */
  failed: boolean;
  service: string;
  operation: string;
  httpStatus: number | null;
  spanCount: number;
  errorCount: number;
  correlationId: string | null;
  services: TraceSummary['services'];
  /** Distinct names; arrays, since a trace has a handful and a set costs ten times as much. */
  operations: string[];
  links: string[];
  orderIds: string[];
}

/** Begins a digest with the first span that arrived. */
export function beginDigest(span: SpanRecord): TraceDigest {
  const digest: TraceDigest = {
    traceId: span.traceId,
    startedAt: Infinity,
    durationMs: 0,
    firstAt: Infinity,
    lastAt: 0,
    hasRoot: false,
    failed: false,
    service: span.service,
    operation: span.name,
    httpStatus: null,
    spanCount: 0,
    errorCount: 0,
    correlationId: null,
    services: [],
    operations: [],
    links: [],
    orderIds: [],
  };
  addToDigest(digest, span);
  return digest;
}

/** Adds one more span, in any order. */
export function addToDigest(digest: TraceDigest, span: SpanRecord): void {
  const failed = spanFailed(span);
  const isRoot = span.parentSpanId === null;
  const earliest = span.startedAt < digest.firstAt;
  digest.spanCount += 1;
  if (failed) digest.errorCount += 1;
  digest.firstAt = Math.min(digest.firstAt, span.startedAt);
  digest.lastAt = Math.max(digest.lastAt, span.startedAt + span.durationMs);
  if (isRoot ? !digest.hasRoot || earliest : !digest.hasRoot && earliest) {
    digest.service = span.service;
    digest.operation = span.name;
    digest.httpStatus = span.httpStatus;
    digest.hasRoot = isRoot;
    if (isRoot) {
      digest.startedAt = span.startedAt;
      digest.durationMs = span.durationMs;
      digest.failed = failed;
    }
  }
  if (!digest.hasRoot) {
    digest.startedAt = digest.firstAt;
    digest.durationMs = digest.lastAt - digest.firstAt;
    digest.failed ||= failed;
  }
  digest.correlationId ??= span.correlationId;
  const counts = digest.services.find(({ service }) => service === span.service);
  if (counts) {
    counts.spans += 1;
    if (failed) counts.errors += 1;
  } else if (digest.services.length < MAX_NAMES) {
    digest.services.push({ service: span.service, spans: 1, errors: failed ? 1 : 0 });
  }
  keep(digest.operations, span.name);
  if (span.link !== null) keep(digest.links, span.link);
  if (span.orderId !== null) keep(digest.orderIds, span.orderId);
}

/** Joins two digests of one trace, for spans that came after the first was written. */
export function joinDigests(older: TraceDigest, newer: TraceDigest): TraceDigest {
  const [root, other] = older.hasRoot || !newer.hasRoot ? [older, newer] : [newer, older];
  const joined: TraceDigest = {
    ...root,
    firstAt: Math.min(root.firstAt, other.firstAt),
    lastAt: Math.max(root.lastAt, other.lastAt),
    spanCount: root.spanCount + other.spanCount,
    errorCount: root.errorCount + other.errorCount,
    correlationId: root.correlationId ?? other.correlationId,
    services: root.services.map((counts) => ({ ...counts })),
    operations: united(root.operations, other.operations),
    links: united(root.links, other.links),
    orderIds: united(root.orderIds, other.orderIds),
  };
  if (!joined.hasRoot) {
    const first = root.firstAt <= other.firstAt ? root : other;
    joined.service = first.service;
    joined.operation = first.operation;
    joined.httpStatus = first.httpStatus;
    joined.startedAt = joined.firstAt;
    joined.durationMs = joined.lastAt - joined.firstAt;
    joined.failed = root.failed || other.failed;
  }
  for (const counts of other.services) {
    const known = joined.services.find(({ service }) => service === counts.service);
    if (known) {
      known.spans += counts.spans;
      known.errors += counts.errors;
    } else {
      joined.services.push({ ...counts });
    }
  }
  return joined;
}

/** A digest as a line of the API. */
export function summaryOf(digest: TraceDigest): TraceSummary {
  return {
    traceId: digest.traceId,
    startedAt: digest.startedAt,
    durationMs: digest.durationMs,
    service: digest.service,
    operation: digest.operation,
    httpStatus: digest.httpStatus,
    spanCount: digest.spanCount,
    errorCount: digest.errorCount,
    services: digest.services,
    correlationId: digest.correlationId,
  };
}

/** Stands before, between and after names in a column, so that one is found as `\x1fname\x1f`. */
const SEPARATOR = '\x1f';

/** Names as one text. */
export function joinNames(names: readonly string[]): string {
  return SEPARATOR + names.map((name) => name.replaceAll(SEPARATOR, ' ') + SEPARATOR).join('');
}

/** The names of a text that {@link joinNames} made. */
export function splitNames(text: string): string[] {
  return text.split(SEPARATOR).slice(1, -1);
}

function united(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].slice(0, MAX_NAMES);
}

function keep(names: string[], name: string): void {
  if (names.length < MAX_NAMES && !names.includes(name)) names.push(name);
}
