/** Health of a service or line; `idle` when nothing flows. Colours carry a shape beside them. */
export type Health = 'ok' | 'warn' | 'bad' | 'idle';

/** What health is judged by. */
export interface HealthInput {
  ratePerS: number;
  errorRatio: number;
  count: number;
}

const WARN_RATIO = 0.01;
const BAD_RATIO = 0.05;

/** `warn` from 1 % errors, `bad` from 5 %: a checkout SLO of 99 % burns at five times its budget. */
export function healthOf(red: HealthInput | undefined): Health {
  if (!red || red.count === 0) return 'idle';
  if (red.errorRatio >= BAD_RATIO) return 'bad';
  if (red.errorRatio >= WARN_RATIO) return 'warn';
  return 'ok';
}

/** Tailwind text colour of a health. */
export const HEALTH_TEXT: Readonly<Record<Health, string>> = {
  ok: 'text-normal',
  warn: 'text-warn',
  bad: 'text-bad',
  idle: 'text-muted',
};
