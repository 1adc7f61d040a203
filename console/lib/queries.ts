'use client';
import type {
  Breaker,
  InstanceUsage,
  RedSeries,
  RedSnapshot,
  SagaPage,
} from '@faultline/collector/contract';
import type {
  AuditRow,
  FaultKindView,
  FaultLimitsView,
  Faults,
  FleetView,
  Load,
  Mark,
  Policies,
  PolicyView,
  RunSummary,
  Runtime,
} from '@faultline/server/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getJson, type Params } from './api.ts';
import { useLive, usePolling } from './live.ts';
import { queryKeys } from './query-keys.ts';

const LIVE = { staleTime: Infinity } as const;

/** The fleet as it stands (live). */
export function useFleet() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.fleet,
    queryFn: ({ signal }) => getJson<FleetView>('/fleet', {}, signal),
  });
}

/** What the fleet can run on, looked up again while it is shown: an engine may come or go. */
export function useRuntimes() {
  return useQuery({
    queryKey: queryKeys.runtimes,
    queryFn: async ({ signal }) =>
      (await getJson<{ runtimes: Runtime[] }>('/runtimes', {}, signal)).runtimes,
    refetchInterval: RUNTIMES_POLL_MS,
  });
}
const RUNTIMES_POLL_MS = 10_000;

/** Active faults and the latch of stop all (live). */
export function useFaults() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.faults,
    queryFn: ({ signal }) => getJson<Faults>('/faults', {}, signal),
  });
}

const FAULT_REGISTRY = queryOptions({
  staleTime: Infinity,
  queryKey: queryKeys.faultKinds,
  queryFn: ({ signal }) =>
    getJson<{ kinds: FaultKindView[]; limits: FaultLimitsView }>('/faults/kinds', {}, signal),
});

/** The registry of fault kinds, ready to make forms from. */
export function useFaultKinds() {
  return useQuery({ ...FAULT_REGISTRY, select: ({ kinds }) => kinds });
}

/** How far faults may reach in this lab. */
export function useFaultLimits() {
  return useQuery({ ...FAULT_REGISTRY, select: ({ limits }) => limits });
}

/** Everything that can be switched, with what each pattern is for (asked again when one changes). */
export function useAllPolicies() {
  return useQuery(ALL_POLICIES);
}

/** Policies of every link (asked again when one changes). */
export function usePolicies() {
  return useQuery({ ...ALL_POLICIES, select: linkPolicies });
}
const ALL_POLICIES = {
  ...LIVE,
  queryKey: queryKeys.policies,
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Policies>('/policies', {}, signal),
};
const linkPolicies = ({ policies }: Policies): PolicyView[] => policies;

/** Entries of the audit trail, newest first (asked again with every new one). */
export function useAudit(query: Params) {
  return useQuery({
    queryKey: queryKeys.audit(query),
    queryFn: async ({ signal }) =>
      (await getJson<{ entries: AuditRow[] }>('/audit', query, signal)).entries,
    placeholderData: (previous) => previous,
    staleTime: Infinity,
  });
}

/** The load (live). */
export function useLoad() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.load,
    queryFn: ({ signal }) => getJson<Load>('/load', {}, signal),
  });
}

/** RED of every service and line over the last 10 s (live, every second). */
export function useRed() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.red,
    queryFn: ({ signal }) => getJson<RedSnapshot>('/red', { window: '10s' }, signal),
  });
}

/** The last minutes of {@link useRed}, oldest first: for sparklines. */
export function useRedHistory(): readonly RedSnapshot[] {
  return (
    useQuery<RedSnapshot[]>({ ...LIVE, queryKey: queryKeys.redHistory, queryFn: () => [] }).data ??
    NO_SNAPSHOTS
  );
}
const NO_SNAPSHOTS: readonly RedSnapshot[] = [];

/** Every breaker (live). */
export function useBreakers() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.breakers,
    queryFn: async ({ signal }) =>
      (await getJson<{ breakers: Breaker[] }>('/breakers', {}, signal)).breakers,
  });
}

/** How many sagas are in which state (live). */
export function useSagaCounts() {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.sagaCounts,
    queryFn: async ({ signal }) => (await getJson<SagaPage>('/sagas', { limit: 1 }, signal)).counts,
  });
}

/** CPU, memory and event loop of every instance. */
export function useInstances() {
  return useQuery({
    queryKey: queryKeys.instances,
    queryFn: async ({ signal }) =>
      (await getJson<InstanceUsage>('/instances', {}, signal)).instances,
    refetchInterval: usePolling(2000),
  });
}

/** Marks of a range, as the control plane keeps them; merge with the live ones. */
export function useMarks(range: Params) {
  return useQuery({
    queryKey: queryKeys.marks(range),
    queryFn: async ({ signal }) =>
      (await getJson<{ marks: Mark[] }>('/marks', range, signal)).marks,
    placeholderData: (previous) => previous,
  });
}

/** Marks that came since the page was opened (live). */
export function useLiveMarks(): readonly Mark[] {
  return (
    useQuery<Mark[]>({ ...LIVE, queryKey: queryKeys.liveMarks, queryFn: () => [] }).data ?? NO_MARKS
  );
}
const NO_MARKS: readonly Mark[] = [];

/** RED over time of one service, operation or line: a fixed range, or the newest `lastMs` as time goes on. */
export function useRedSeries(
  of: Params,
  window: { lastMs: number; stepMs: number } | { from: number; to: number; stepMs: number },
) {
  const { skewMs } = useLive();
  const polling = usePolling(SERIES_POLL_MS);
  const moving = 'lastMs' in window;
  return useQuery({
    queryKey: queryKeys.redSeries({ ...of, ...window }),
    queryFn: ({ signal }) => {
      const { stepMs } = window;
      // Steps lie on round moments, so that points do not wander between two answers.
      const end = moving ? Math.floor((Date.now() - skewMs) / stepMs) * stepMs : window.to;
      const from = moving ? end - window.lastMs : window.from;
      return getJson<RedSeries>('/red/series', { ...of, from, to: end, stepMs }, signal);
    },
    placeholderData: (previous) => previous,
    refetchInterval: moving ? polling : false,
    staleTime: moving ? SERIES_POLL_MS : Infinity,
  });
}
const SERIES_POLL_MS = 5000;

/** Runs of experiments, newest first (asked again when one enters another phase). */
export function useRuns(query: Params = {}) {
  return useQuery({
    ...LIVE,
    queryKey: queryKeys.runs(query),
    queryFn: async ({ signal }) =>
      (await getJson<{ runs: RunSummary[] }>('/runs', query, signal)).runs,
    placeholderData: (previous) => previous,
  });
}
