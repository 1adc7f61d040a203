'use client';
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';
import { changeQuery, number, pageHref, type Codec } from './url-codec.ts';

/** How a change enters the history: `replace` for filters and typing, `push` for opening things. */
export type HistoryMode = 'replace' | 'push';

/**
 * One piece of page state kept in the query string, like `useState`. The setter reads the URL as
 * it stands, so several setters may be called in a row.
 */
export function useUrlState<T>(
  name: string,
  codec: Codec<T>,
  mode: HistoryMode = 'replace',
): readonly [T, (value: T) => void] {
  const raw = useSearchParams().get(name);
  const set = useCallback(
    (value: T) => setUrl({ [name]: codec.write(value) }, mode),
    [name, codec, mode],
  );
  return [codec.read(raw), set];
}

/** Writes several parameters at once; `null` removes. */
export function setUrl(change: Readonly<Record<string, string | null>>, mode: HistoryMode): void {
  const query = changeQuery(window.location.search, change);
  const url = `${window.location.pathname}${query === '' ? '' : `?${query}`}`;
  if (mode === 'push') window.history.pushState(null, '', url);
  else window.history.replaceState(null, '', url);
}

/** The chosen range of every pane, epoch milliseconds; null: live, up to now. */
export interface TimeRange {
  from: number;
  to: number;
}

/** The range selected on the time strip. Setting null returns to live. */
export function useTimeRange(): readonly [TimeRange | null, (range: TimeRange | null) => void] {
  const params = useSearchParams();
  const from = number.read(params.get('from'));
  const to = number.read(params.get('to'));
  const set = useCallback(
    (range: TimeRange | null) =>
      setUrl(
        {
          from: range ? String(Math.round(range.from)) : null,
          to: range ? String(Math.round(range.to)) : null,
        },
        'replace',
      ),
    [],
  );
  return [from !== null && to !== null && to > from ? { from, to } : null, set];
}

/** Makes links to pages that keep the shared parameters (range, chosen service). */
export function usePageHref(): (
  path: string,
  own?: Readonly<Record<string, string | number | null | undefined>>,
) => string {
  const params = useSearchParams();
  return useCallback((path, own) => pageHref(path, params.toString(), own), [params]);
}

/** The page's path without a trailing slash: `/traces`; the map is `/`. */
export function usePagePath(): string {
  const path = usePathname();
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
