/** A secret with its time, milliseconds since the Unix epoch. */
export interface Timed<T> {
  value: T;
  /** Whoever checks it knows it before, whoever shows it does so from here on. */
  from: number;
  /** Good until then; null while it is the latest. */
  until: number | null;
}

/** How a secret is replaced, milliseconds. */
export interface Overlap {
  /** From the time when those who check it are told to the time when it is shown. */
  announceMs: number;
  /** How long the one before is good after that. */
  graceMs: number;
}

/** More are never good at the same time: what is replaced faster loses its oldest. */
const MOST = 4;

/** The first of its kind: good since ever. */
export function firstOf<T>(value: T): Timed<T>[] {
  return [{ value, from: 0, until: null }];
}

/** The one to show at `now`. `all` has the newest first and is never empty. */
export function inUse<T>(all: readonly Timed<T>[], now: number): T {
  const found = all.find(({ from }) => from <= now) ?? all.at(-1);
  if (!found) throw new Error('A secret has no value.');
  return found.value;
}

/** The latest, shown already or not: every one that checks has it. */
export function newest<T>([first]: readonly Timed<T>[]): T {
  if (!first) throw new Error('A secret has no value.');
  return first.value;
}

/** All that are good at `now` or soon will be, the newest first. */
export function goodOnes<T>(all: readonly Timed<T>[], now: number): T[] {
  return all.filter((one) => isGood(one, now)).map(({ value }) => value);
}

/** `all` with a new one, which replaces the latest. */
export function renewed<T>(
  all: readonly Timed<T>[],
  value: T,
  now: number,
  { announceMs, graceMs }: Overlap,
): Timed<T>[] {
  const from = now + announceMs;
  const before = all
    .filter((one) => isGood(one, now))
    .map((one) => ({ ...one, until: one.until ?? from + graceMs }));
  return [{ value, from, until: null }, ...before].slice(0, MOST);
}

/** When something of `all` begins or ends next; Infinity: never. */
export function nextTurn(all: readonly Timed<unknown>[], now: number): number {
  const turns = all.flatMap(({ from, until }) => [from, until ?? Infinity]);
  return Math.min(...turns.filter((at) => at > now), Infinity);
}

function isGood({ until }: Timed<unknown>, now: number): boolean {
  return until === null || until > now;
}
