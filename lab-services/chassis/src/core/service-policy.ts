import { z } from 'zod';

const enabled = z.boolean().default(true).describe('Whether the pattern is on');
const milliseconds = z.int().min(1).max(600_000);

/**
 * Every pattern that a service can have beside those of its links. A service has the ones that the
 * topology lists for it; all can be switched off and changed while it runs.
 */
const SHAPE = {
  /** Inbound calls need a token for this audience and the route's scope (RFC 6750, RFC 9068). */
  authentication: z.object({ enabled }),
  /** A repeated POST with the same Idempotency-Key gets the first answer. */
  idempotency: z.object({ enabled }),
  /** Events are rows of the change's own transaction. Off: sent after the commit, or lost. */
  outbox: z.object({
    enabled,
    pollMs: milliseconds.default(1000).describe('Time between looks at the table, milliseconds'),
    batch: z.int().min(1).max(1000).default(100).describe('Events relayed at once'),
  }),
  /** An event takes effect once. Off: as often as it is delivered. */
  inbox: z.object({ enabled }),
  /** What cannot be processed is put aside. Off: it is tried for ever and blocks its partition. */
  deadLetter: z.object({
    enabled,
    attempts: z.int().min(1).max(100).default(5).describe('Attempts before an event is put aside'),
  }),
  /** Steps are persisted and undone in reverse. Off: called one after the other, never undone. */
  saga: z.object({ enabled }),
  /** What a partner says it did is compared with what was asked. Off: its 200 is believed. */
  answerCheck: z.object({ enabled }),
  /** Names and prices from events of the catalog. Off: asked for with every order. */
  replica: z.object({ enabled }),
  /** Token bucket per client. */
  rateLimit: z.object({
    enabled,
    requestsPerS: z.number().gt(0).max(100_000).default(50).describe('Refill per client, 1/s'),
    burst: z.int().min(1).max(100_000).default(100).describe('Size of the bucket, requests'),
  }),
  /** Requests beyond a concurrency are refused at once. Off: all are taken, and all become slow. */
  loadShedding: z.object({
    enabled,
    concurrency: z.int().min(1).max(100_000).default(200).describe('Requests in progress'),
  }),
  /** Few connections, and a limit on waiting for one. Off: as many as there are requests. */
  databasePool: z.object({
    enabled,
    connections: z.int().min(1).max(100).default(4).describe('Connections of one instance'),
    acquireMs: milliseconds.default(2000).describe('Longest wait for a connection, milliseconds'),
  }),
  /** A read that takes long is asked a second time on another connection; the first answer counts. */
  hedgedReads: z.object({
    enabled,
    delayMs: milliseconds.default(100).describe('Wait before the second read, milliseconds'),
  }),
  /** Instances behind the load balancer are asked for their health. Off: all count as healthy. */
  healthChecks: z.object({
    enabled,
    intervalMs: milliseconds.default(500).describe('Time between checks, milliseconds'),
    timeoutMs: milliseconds.default(300).describe('Longest wait for an answer, milliseconds'),
    unhealthyAfter: z.int().min(1).max(100).default(2).describe('Failed checks that remove'),
    healthyAfter: z.int().min(1).max(100).default(1).describe('Good checks that bring back'),
  }),
  /** An instance that stops finishes what it began. Off: it breaks off. */
  draining: z.object({ enabled }),
} as const;

/** Names of the service patterns, in the order of the catalogue. */
export const SERVICE_PATTERNS = Object.keys(SHAPE) as readonly ServicePattern[];
/** See {@link SERVICE_PATTERNS}. */
export type ServicePattern = keyof typeof SHAPE;

/** Settings of one pattern. */
export type ServicePatternPolicy<Pattern extends ServicePattern> = z.infer<(typeof SHAPE)[Pattern]>;

/** Settings of the patterns that a service has; a pattern that it has not is absent. */
export const servicePolicySchema = z.object(SHAPE).partial();
/** See {@link servicePolicySchema}. */
export type ServicePolicy = z.infer<typeof servicePolicySchema>;

/** A change to the patterns of a service: any subset of patterns and of their fields. */
export const servicePolicyPatchSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(SHAPE).map(([name, pattern]) => [name, withoutDefaults(pattern)]),
    ) as unknown as {
      [Pattern in ServicePattern]: z.ZodType<Partial<ServicePatternPolicy<Pattern>>>;
    },
  )
  .partial();
/** See {@link servicePolicyPatchSchema}. */
export type ServicePolicyPatch = z.infer<typeof servicePolicyPatchSchema>;

/** The defaults of the patterns a service has, changed by `differences`. */
export function initialServicePolicy(
  patterns: readonly ServicePattern[],
  differences: object = {},
): ServicePolicy {
  const given = differences as Record<string, object | undefined>;
  return servicePolicySchema.parse(
    Object.fromEntries(patterns.map((pattern) => [pattern, given[pattern] ?? {}])),
  );
}

/**
 * Applies `patch` to `policy`; neither is changed.
 *
 * @throws ZodError for values out of range; Error for a pattern the service has not
 */
export function patchServicePolicy(
  policy: ServicePolicy,
  patch: ServicePolicyPatch,
): ServicePolicy {
  const merged: Record<string, object | undefined> = { ...policy };
  for (const [pattern, change] of Object.entries(patch)) {
    const current = merged[pattern];
    if (!current) throw new Error(`The service does not have the pattern ${pattern}.`);
    merged[pattern] = { ...current, ...change };
  }
  return servicePolicySchema.parse(merged);
}

/** Settings of `pattern` as in `policy`, or its defaults if the service was told nothing of it. */
export function servicePatternOf<Pattern extends ServicePattern>(
  policy: ServicePolicy,
  pattern: Pattern,
): ServicePatternPolicy<Pattern> {
  return (policy[pattern] ?? SHAPE[pattern].parse({})) as ServicePatternPolicy<Pattern>;
}

/** In a patch an absent field means "leave it", not "set the default". */
function withoutDefaults(schema: z.ZodObject): z.ZodObject {
  const fields = Object.entries(schema.shape).map(([key, field]) => [
    key,
    (field instanceof z.ZodDefault ? field.unwrap() : field) as z.ZodType,
  ]);
  return z.strictObject(Object.fromEntries(fields) as z.ZodRawShape).partial();
}
