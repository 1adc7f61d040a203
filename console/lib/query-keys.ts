import type { Params } from './api.ts';

/** The one list of what the query cache holds. The live stream writes to the keys marked (live). */
export const queryKeys = {
  /** (live) `FleetView` */
  fleet: ['fleet'] as const,
  /** (live) `Faults` */
  faults: ['faults'] as const,
  faultKinds: ['fault-kinds'] as const,
  policies: ['policies'] as const,
  runtimes: ['runtimes'] as const,
  /** (live) `Load` */
  load: ['load'] as const,
  /** (live) `RedSnapshot`, every second, window 10 s */
  red: ['red'] as const,
  /** (live) `RedSnapshot[]`, the last minutes, oldest first */
  redHistory: ['red-history'] as const,
  /** (live) `Breaker[]` */
  breakers: ['breakers'] as const,
  /** (live) `SagaPage['counts']` */
  sagaCounts: ['saga-counts'] as const,
  /** (live) `CollectorStats` */
  stats: ['stats'] as const,
  /** (live) `Mark[]` since the page was opened, oldest first */
  liveMarks: ['live-marks'] as const,
  /** (live) `LogRecord[]`: breaker changes, stuck sagas, dead letters, newest first, at most 200 */
  happened: ['happened'] as const,
  graph: ['graph'] as const,
  instances: ['instances'] as const,
  invariants: ['invariants'] as const,
  marks: (range: Params) => ['marks', range] as const,
  redSeries: (query: Params) => ['red-series', query] as const,
  output: (instance: string) => ['output', instance] as const,
  traces: (query: Params) => ['traces', query] as const,
  trace: (traceId: string) => ['trace', traceId] as const,
  logs: (query: Params) => ['logs', query] as const,
  sagas: (query: Params) => ['sagas', query] as const,
  saga: (id: string) => ['saga', id] as const,
  breakerLanes: (query: Params) => ['breaker-lanes', query] as const,
} as const;
