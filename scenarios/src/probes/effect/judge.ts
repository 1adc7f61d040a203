import { ABSENT, RULES, type Measure } from './measures.ts';

/** Numbers by measure and subject; null: not known. */
export type Numbers = Readonly<Record<string, number | null>>;

/** Key of a number: `p95 orders->payments`. */
export function keyOf(measure: Measure, subject: string): string {
  return `${measure} ${subject}`;
}

/**
 * What has moved, as sentences, in the order of the numbers. What was not known before or is not
 * known now has not moved; events, refused calls and breakers count from 0.
 *
 * @param seconds length of the time that `after` is about
 */
export function movedBetween(before: Numbers, after: Numbers, seconds: number): string[] {
  return Object.entries(after).flatMap(([key, value]) => {
    const [word = '', ...rest] = key.split(' ');
    const measure = word as Measure;
    const subject = rest.join(' ');
    const former = before[key] ?? ABSENT[measure] ?? null;
    if (value === null || former === null) return [];
    const callsPerS = after[keyOf('calls', subject)] ?? 0;
    const change = { before: former, after: value, seconds, callsPerS };
    const { of, moved, say } = RULES[measure];
    return moved(change) ? [`${of} ${subject} ${say(change)}`.trim()] : [];
  });
}
