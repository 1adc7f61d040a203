'use client';
import { useCallback, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { RedSeries } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import { useServerNow, useViewNow } from '@/components/relative-time.tsx';
import { getJson } from '@/lib/api.ts';
import { useLive, usePolling } from '@/lib/live.ts';
import { useFleet, useLiveMarks, useRed, useRedHistory } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { mergeMarks } from '@/lib/stream-reducer.ts';
import { optional } from '@/lib/url-codec.ts';
import { setUrl, useTimeRange, useUrlState } from '@/lib/url-state.ts';
import { noteworthy } from './marks.ts';
import { spanAround, stepFor, zoom, type Span } from './scale.ts';
import { runningSince, withLive, withoutPrehistory, type Chosen, type RedPoint } from './series.ts';

/** The span of a page that was just opened. */
const DEFAULT_MS = 6 * 60_000;
const POLL_MS = 2000;

/** The chosen service and operation, in the URL as `svc` and `op`; the front door unless told. */
export function useChosen(): Chosen & {
  services: string[];
  operations: string[];
  choose: (service: string, operation: string | null) => void;
} {
  const [wanted] = useUrlState('svc', optional);
  const [operation] = useUrlState('op', optional);
  const fleet = useFleet().data;
  const red = useRed().data;
  const services = (fleet?.services ?? [])
    .filter((part) => part.layer !== 'load')
    .map((part) => part.name);
  const service = wanted ?? services.find((name) => name === 'gateway') ?? services[0] ?? 'gateway';
  const operations = (red?.services ?? [])
    .filter((row) => row.service === service && row.operation !== undefined)
    .map((row) => row.operation ?? '');
  return { service, operation, services, operations, choose: chooseStrip };
}

/** Sets what the strip shows. */
export function chooseStrip(service: string, operation: string | null): void {
  setUrl({ svc: service, op: operation }, 'replace');
}

/** The span shown: follows now while live; stands still with a chosen range or while paused. */
export function useSpan(): {
  span: Span;
  now: number;
  zoomAt: (at: number, factor: number) => void;
  follows: boolean;
} {
  const [range] = useTimeRange();
  const now = useViewNow();
  const [lengthMs, setLengthMs] = useState(DEFAULT_MS);
  const [fixed, setFixed] = useState<Span | null>(null);
  const rangeKey = range ? `${range.from} ${range.to}` : '';
  const [shownFor, setShownFor] = useState('');
  // Before the page's clock runs (now is 0 while it hydrates) no span can be told.
  if (shownFor !== rangeKey && now > 0) {
    setShownFor(rangeKey);
    // A range chosen on the strip stays where it was drawn; one from a link is brought into view.
    const here = fixed ?? { from: now - lengthMs, to: now };
    const inView = range !== null && range.from >= here.from && range.to <= here.to + 1000;
    setFixed(range === null ? null : inView ? here : spanAround(range, now, lengthMs));
  }
  const live = { from: now - lengthMs, to: now };
  const span = fixed ?? (range ? spanAround(range, now, lengthMs) : live);
  const zoomAt = useCallback(
    (at: number, factor: number) => {
      const next = zoom(span, at, factor, now);
      setLengthMs(next.to - next.from);
      if (fixed !== null || range !== null) setFixed(next);
    },
    [span, now, fixed, range],
  );
  return { span, now, zoomAt, follows: fixed === null && range === null };
}

/** The points of a span: stored ones, asked for as time goes on, and live ones at the end. */
export function useStripPoints(chosen: Chosen, span: Span, follows: boolean): RedPoint[] {
  const stepMs = stepFor(span);
  const lengthMs = span.to - span.from;
  const { skewMs } = useLive();
  const polling = usePolling(POLL_MS);
  const key = follows
    ? { ...chosen, stepMs, lengthMs }
    : { ...chosen, stepMs, from: Math.floor(span.from / stepMs), to: Math.ceil(span.to / stepMs) };
  const series = useQuery({
    queryKey: queryKeys.redSeries(key),
    queryFn: ({ signal }) => {
      const end = follows ? Date.now() - skewMs : span.to;
      // Steps lie on round moments, so that points do not wander between two answers.
      const to = Math.floor(end / stepMs) * stepMs;
      const from = to - Math.ceil(lengthMs / stepMs) * stepMs;
      const query = { service: chosen.service, operation: chosen.operation, from, to, stepMs };
      return getJson<RedSeries>('/red/series', query, signal);
    },
    placeholderData: (previous) => previous,
    enabled: span.to > 0,
    refetchInterval: follows ? polling : false,
    staleTime: follows ? POLL_MS : Infinity,
  });
  const history = useRedHistory();
  const fleet = useFleet().data;
  const points = withLive(series.data, follows ? history : [], chosen);
  return fleet ? withoutPrehistory(points, runningSince(fleet)) : points;
}

/** Marks of the span, stored and live. */
export function useStripMarks(span: Span): Mark[] {
  const live = useLiveMarks();
  const minute = Math.floor(useServerNow(60_000) / 60_000);
  const from = Math.floor(span.from / 60_000) * 60_000 - 60 * 60_000;
  const stored = useQuery({
    queryKey: queryKeys.marks({ from, minute }),
    queryFn: async ({ signal }) =>
      (await getJson<{ marks: Mark[] }>('/marks', { from, to: span.to + 60_000 }, signal)).marks,
    placeholderData: (previous) => previous,
    enabled: from > 0,
    staleTime: 30_000,
  });
  return noteworthy(mergeMarks(stored.data ?? [], live));
}
