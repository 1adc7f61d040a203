/** Kinds of a span as stored; the index is the number. */
export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** Statuses of a span as stored; the index is the number. */
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;

/** The tables of a time slice, by name, with their columns. Times: milliseconds since the epoch. */
export const TABLES = {
  spans: `
    trace_id VARCHAR, span_id VARCHAR, parent_span_id VARCHAR, service VARCHAR, instance VARCHAR,
    name VARCHAR, kind UTINYINT, status UTINYINT, failed BOOLEAN, started_at DOUBLE,
    duration_ms DOUBLE, status_message VARCHAR, link VARCHAR, http_status INTEGER,
    attributes VARCHAR, events VARCHAR`,
  traces: `
    trace_id VARCHAR, started_at DOUBLE, duration_ms DOUBLE, first_at DOUBLE, last_at DOUBLE,
    has_root BOOLEAN, failed BOOLEAN, service VARCHAR, operation VARCHAR, http_status INTEGER,
    span_count INTEGER, error_count INTEGER, correlation_id VARCHAR, services VARCHAR,
    service_counts VARCHAR, operations VARCHAR, links VARCHAR, order_ids VARCHAR`,
  logs: `
    seq BIGINT, logged_at DOUBLE, severity UTINYINT, service VARCHAR, instance VARCHAR, body VARCHAR,
    event_name VARCHAR, trace_id VARCHAR, span_id VARCHAR, correlation_id VARCHAR,
    saga_id VARCHAR, attributes VARCHAR`,
  points: `
    name VARCHAR, service VARCHAR, instance VARCHAR, labels VARCHAR, measured_at DOUBLE, value DOUBLE`,
} as const;

/** Name of a table of every slice. */
export type TableName = keyof typeof TABLES;
/** The tables, in a fixed order. */
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** Version of {@link TABLES}; a file of another version is moved aside, not read wrongly. */
export const SCHEMA_VERSION = 1;
