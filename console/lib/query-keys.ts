import type { Params } from './api.ts';

/** The one list of what the query cache holds. The live stream writes to the keys marked (live). */
export const queryKeys = {
  /** (live) `FleetView` */
  fleet: ['fleet'] as const,
  /** (live) `Faults` */
  faults: ['faults'] as const,
  faultKinds: ['fault-kinds'] as const,
  /** (asked again when one changes) `Policies` */
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
  /** (live) `RedriveProgress` of the redrive under way or the last one */
  redrive: ['redrive'] as const,
  graph: ['graph'] as const,
  instances: ['instances'] as const,
  invariants: ['invariants'] as const,
  projections: ['projections'] as const,
  schema: (service: string) => ['schema', service] as const,
  auditVerdict: ['audit-verdict'] as const,
  /** (asked again with every entry) `AuditRow[]`; without a query: all of them */
  audit: (query?: Params) =>
    query === undefined ? (['audit'] as const) : (['audit', query] as const),
  secrets: ['secrets'] as const,
  gauges: (service: string) => ['gauges', service] as const,
  marks: (range: Params) => ['marks', range] as const,
  redSeries: (query: Params) => ['red-series', query] as const,
  output: (instance: string) => ['output', instance] as const,
  traces: (query: Params) => ['traces', query] as const,
  trace: (traceId: string) => ['trace', traceId] as const,
  logs: (query: Params) => ['logs', query] as const,
  sagas: (query: Params) => ['sagas', query] as const,
  saga: (id: string) => ['saga', id] as const,
  topics: ['topics'] as const,
  /** Messages or dead letters of one topic. */
  messages: (topic: string, query: Params) => ['messages', topic, query] as const,
  metrics: (query: Params) => ['metrics', query] as const,
  breakerLanes: (query: Params) => ['breaker-lanes', query] as const,
  /** (asked again when a run ends) `ExperimentSummary[]` */
  experiments: ['experiments'] as const,
  /** (asked again when a run ends) `ExperimentView` */
  experiment: (name: string) => ['experiments', name] as const,
  experimentSchema: ['experiment-schema'] as const,
  /** What is wrong with the text of the editor, and its plan: `Validation` */
  validation: (document: string) => ['validation', document] as const,
  /** (asked again when a run enters another phase) `RunSummary[]`. Without a query: all of them */
  runs: (query?: Params) =>
    query === undefined ? (['runs'] as const) : (['runs', query] as const),
  /** (live while the run is shown) `Run` */
  run: (id: string) => ['run', id] as const,
  comparison: (ids: readonly string[]) => ['comparison', ...ids] as const,
} as const;
