import type {
  Breaker,
  LogPage,
  LogQuery,
  MetricSeries,
  RedSnapshot,
  SagaPage,
} from '@faultline/collector/contract';
import type { FleetStatus } from '@faultline/fleet';
import type { z } from 'zod';
import type { InvariantReport } from '../invariants/check.ts';
import type { ProbeUnit, Reading } from './reading.ts';

export type { ProbeUnit, Reading } from './reading.ts';

/** Everything a probe may look at. Answers are as of now; calls throw when nobody answers. */
export interface Sight {
  /** RED of the last `windowMs` full seconds (whole seconds, 1 s to 15 min). */
  red(windowMs: number): Promise<RedSnapshot>;
  breakers(): Promise<readonly Breaker[]>;
  sagas(query: { state?: string; from: number; to: number }): Promise<SagaPage>;
  logs(query: Partial<LogQuery>): Promise<LogPage>;
  metrics(query: {
    name: string;
    service?: string;
    instance?: string;
    labels?: Readonly<Record<string, string>>;
    from: number;
    to: number;
    stepMs: number;
    aggregate: MetricSeries['aggregate'];
  }): Promise<MetricSeries>;
  /** How many calls of a service or operation were faster than `thresholdMs`, and of how many. */
  fasterThan(query: {
    service: string;
    operation?: string;
    thresholdMs: number;
    windowMs: number;
  }): Promise<{ good: number; total: number }>;
  fleet(): FleetStatus;
  topics(): Promise<
    readonly {
      topic: string;
      /** Messages that wait, over all consumer groups. */
      lag: number;
      groups: readonly { group: string; lag: number }[];
      deadLetters: number;
    }[]
  >;
  invariants(): Promise<InvariantReport>;
  http(request: HttpProbeRequest): Promise<HttpProbeAnswer>;
}

/** A request of the HTTP probe. It goes to an instance of the fleet and nowhere else. */
export interface HttpProbeRequest {
  /** Any instance of the service, asked directly, without its proxies; `edge` is the front door. */
  service: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
  /** Logs in as this customer and shows the access token. */
  as?: string;
  /** Whether the certificate of a service is shown where one is asked for, as under mutual TLS. */
  certificate: 'shown' | 'none';
  timeoutMs: number;
}

/** How it was answered; `refused`: no connection, no TLS, or no answer in time. */
export type HttpProbeAnswer =
  | { kind: 'answered'; status: number; durationMs: number; body: string }
  | { kind: 'refused'; detail: string };

/** The span of time a reading is about, epoch milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/**
 * One kind of probe. The registry of kinds (`probes/registry.ts`) drives validation, JSON Schema,
 * the editor's completion and the reference page.
 */
export interface ProbeKind<Spec extends { probe: string }> {
  /** `red.latency`. */
  kind: Spec['probe'];
  title: string;
  /** One sentence: what is measured, where it comes from. */
  summary: string;
  unit: ProbeUnit;
  /** The unit where it depends on the fields; `unit` otherwise. */
  unitOf?(spec: Spec): ProbeUnit;
  /** Readings with fewer samples than this say nothing; 0 where `samples` is null. */
  minimumSamples: number;
  /** Fields as written in a document, `probe` included; durations are transformed to ms. */
  schema: z.ZodType<Spec>;
  /** For people: `p95 of gateway POST /v1/orders over 10 s`. */
  describe(spec: Spec): string;
  /** Window of a reading outside of an observation, milliseconds; null: it is of this moment. */
  windowMs(spec: Spec): number | null;
  measure(spec: Spec, span: Span, sight: Sight): Promise<Reading>;
}
