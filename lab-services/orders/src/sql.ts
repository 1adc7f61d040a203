/** SQL for a timestamp column as milliseconds since the Unix epoch, a JavaScript number. */
export function epochMs(column: string): string {
  return `floor(extract(epoch FROM ${column}) * 1000)::float8`;
}

/** SQL for the trace id of a column with a W3C `traceparent`; null if there is none. */
export function traceIdOf(column: string): string {
  return `nullif(split_part(${column}, '-', 2), '')`;
}
