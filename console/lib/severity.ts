import type { LogRecord } from '@faultline/collector/contract';

/** Text colour of a log record's severity; the word stands beside it. */
export function severityTone(severity: LogRecord['severity']): string {
  if (severity === 'error' || severity === 'fatal') return 'text-bad';
  return severity === 'warn' ? 'text-warn' : 'text-faint';
}
