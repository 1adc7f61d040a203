import type { AuditRow, AuditVerdict } from '@faultline/server/contract';
import { formatAbsolute, formatBytes, formatCount, plural } from '../../lib/format.ts';

/** Half of the time that is shown around a moment, milliseconds. */
const AROUND_MS = 90_000;

/** The range of the time strip around a moment, as parameters of a link. */
export function timeAround(at: number): { from: number; to: number } {
  return { from: Math.round(at - AROUND_MS), to: Math.round(at + AROUND_MS) };
}

/** A body as fields: `breaker.enabled = false, retry.attempts = 5`; other details as they are. */
export function detailWords({ detail }: Pick<AuditRow, 'detail'>): string {
  const end = detail.lastIndexOf('}');
  if (!detail.startsWith('{') || end === -1) return detail;
  try {
    const body = JSON.parse(detail.slice(0, end + 1)) as Record<string, unknown>;
    return fieldsOf(body).join(', ') + detail.slice(end + 1);
  } catch {
    return detail;
  }
}

function fieldsOf(body: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(body).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? fieldsOf(value as Record<string, unknown>, `${prefix}${name}.`)
      : [`${prefix}${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
}

/** What was found when the whole file was read. */
export function verdictWords(verdict: AuditVerdict): string {
  const { entries, since, sizeBytes, scraps, problem } = verdict;
  if (problem) {
    return `Line ${formatCount(problem.line)} ${problem.what}: ${problem.detail}. ${plural(entries, 'entry', 'entries')} before it ${entries === 1 ? 'is' : 'are'} good.`;
  }
  const from = since === null ? '' : ` since ${formatAbsolute(since)}`;
  const cuts = scraps === 0 ? '' : `; it survived ${plural(scraps, 'crash', 'crashes')}`;
  return `${plural(entries, 'entry', 'entries')} (${formatBytes(sizeBytes)}), chain whole${from}${cuts}.`;
}
