/** How one piece of page state reads from and writes to a query parameter. */
export interface Codec<T> {
  /** Called with `null` when the parameter is absent. Never throws: a broken link still opens. */
  read(raw: string | null): T;
  /** `null` removes the parameter: defaults keep links short. */
  write(value: T): string | null;
}

/** Free text; empty when absent. */
export const text: Codec<string> = {
  read: (raw) => raw ?? '',
  write: (value) => (value === '' ? null : value),
};

/** Text that may be absent: a selection. */
export const optional: Codec<string | null> = {
  read: (raw) => (raw === null || raw === '' ? null : raw),
  write: (value) => value,
};

/** A number that may be absent, for instance an epoch time. */
export const number: Codec<number | null> = {
  read(raw) {
    if (raw === null || raw.trim() === '') return null;
    const value = Number(raw);
    return Number.isFinite(value) ? value : null;
  },
  write: (value) => (value === null ? null : String(value)),
};

/** On or off; only what differs from `initial` is written. */
export function flag(initial = false): Codec<boolean> {
  return {
    read: (raw) => (raw === null ? initial : raw === '1'),
    write: (value) => (value === initial ? null : value ? '1' : '0'),
  };
}

/** One of a fixed set; anything else reads as the first. */
export function choice<const T extends string>(...values: readonly [T, ...T[]]): Codec<T> {
  return {
    read: (raw) => values.find((value) => value === raw) ?? values[0],
    write: (value) => (value === values[0] ? null : value),
  };
}

/** A set of words, joined by commas. */
export const list: Codec<readonly string[]> = {
  read: (raw) => (raw === null || raw === '' ? [] : raw.split(',').filter((word) => word !== '')),
  write: (value) => (value.length === 0 ? null : value.join(',')),
};

/** Parameters every page shares: they travel along when the page changes. */
export const SHARED_PARAMS = ['from', 'to', 'svc', 'op'] as const;

/** The query string after a change; `null` removes. Order is kept, so links stay comparable. */
export function changeQuery(current: string, change: Readonly<Record<string, string | null>>) {
  const query = new URLSearchParams(current);
  for (const [key, value] of Object.entries(change)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  return query.toString();
}

/** A link to a page: its own parameters, and the shared ones of where the person is now. */
export function pageHref(
  path: string,
  current: string,
  own: Readonly<Record<string, string | number | null | undefined>> = {},
): string {
  const from = new URLSearchParams(current);
  const query = new URLSearchParams();
  for (const key of SHARED_PARAMS) {
    const value = from.get(key);
    if (value !== null) query.set(key, value);
  }
  for (const [key, value] of Object.entries(own)) {
    if (value === null || value === undefined || value === '') query.delete(key);
    else query.set(key, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
