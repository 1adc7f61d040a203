import { z } from 'zod';

const enabled = z.boolean().default(true).describe('Whether the pattern is on');
const milliseconds = z.int().min(1).max(600_000);

/** The caller's budget goes along with the call; spent budgets start no work. */
export const deadlinePolicySchema = z.object({ enabled });

/** Longest time one attempt may take. */
export const timeoutPolicySchema = z.object({
  enabled,
  attemptMs: milliseconds.default(1000).describe('Longest time of one attempt, milliseconds'),
});

/** Exponential backoff with full jitter; only for operations that are idempotent. */
export const retryPolicySchema = z.object({
  enabled,
  attempts: z.int().min(1).max(10).default(3).describe('Attempts in all, the first included'),
  baseDelayMs: milliseconds.default(100).describe('Upper bound of the first pause, milliseconds'),
  maxDelayMs: milliseconds.default(30_000).describe('Upper bound of any pause, milliseconds'),
});

/** Retries are no more than a share of the requests, so that no storm can arise. */
export const retryBudgetPolicySchema = z.object({
  enabled,
  ratio: z.number().min(0).max(10).default(0.2).describe('Retries per request, in the long run'),
  reserve: z.int().min(0).max(1000).default(10).describe('Retries that are always in hand'),
});

/** A read that takes long is sent to another instance as well; the first answer counts. */
export const hedgePolicySchema = z.object({
  enabled: z.boolean().default(false).describe('Whether the pattern is on'),
  delayMs: milliseconds.default(100).describe('Wait before the second request, milliseconds'),
});

/** An instance that fails again and again is left alone for a while. */
export const ejectionPolicySchema = z.object({
  enabled,
  consecutiveFailures: z.int().min(1).max(1000).default(5).describe('Failures that eject'),
  ejectMs: milliseconds.default(5000).describe('Time an instance is left alone, milliseconds'),
});

/** Consecutive and sampling circuit breaker; a slow call counts as a failure. */
export const breakerPolicySchema = z.object({
  enabled,
  consecutiveFailures: z.int().min(1).max(1000).default(5).describe('Failures in a row that open'),
  failureRatio: z.number().gt(0).max(1).default(0.5).describe('Share of failed calls that opens'),
  minimumCalls: z.int().min(1).max(10_000).default(20).describe('Calls before the share counts'),
  windowMs: milliseconds.default(10_000).describe('Sampling window, milliseconds'),
  slowCallMs: milliseconds.default(1000).describe('A call this long counts as failed, ms'),
  openMs: milliseconds.default(10_000).describe('Time open before probing, milliseconds'),
  halfOpenProbes: z.int().min(1).max(100).default(3).describe('Concurrent probes when half-open'),
  successesToClose: z.int().min(1).max(100).default(2).describe('Good probes that close'),
});

/** Isolation of one link: no more than so many calls in flight, no more than so many waiting. */
export const bulkheadPolicySchema = z.object({
  enabled,
  concurrency: z.int().min(1).max(10_000).default(20).describe('Calls in flight'),
  queue: z.int().min(0).max(10_000).default(20).describe('Calls waiting for a place'),
});

/** An answer without the shape that its caller relies on counts as failed. */
export const contractPolicySchema = z.object({ enabled });

/** Whether a caller may answer from its fallback when the call cannot be made. */
export const fallbackPolicySchema = z.object({ enabled });

/**
 * The policies of one link, as one document. Order around a call, outermost first: fallback,
 * deadline, bulkhead, breaker, retry (within its budget), hedge, timeout, contract; the balancer ejects.
 */
export const linkPolicySchema = z.object({
  deadline: deadlinePolicySchema.prefault({}),
  timeout: timeoutPolicySchema.prefault({}),
  retry: retryPolicySchema.prefault({}),
  retryBudget: retryBudgetPolicySchema.prefault({}),
  hedge: hedgePolicySchema.prefault({}),
  ejection: ejectionPolicySchema.prefault({}),
  breaker: breakerPolicySchema.prefault({}),
  bulkhead: bulkheadPolicySchema.prefault({}),
  contract: contractPolicySchema.prefault({}),
  fallback: fallbackPolicySchema.prefault({}),
});

/** See {@link linkPolicySchema}. */
export type LinkPolicy = z.infer<typeof linkPolicySchema>;

/** A change to a link's policies: any subset of patterns and of their fields. */
export const linkPolicyPatchSchema = z
  .strictObject({
    deadline: z.strictObject(withoutDefaults(deadlinePolicySchema)).partial(),
    timeout: z.strictObject(withoutDefaults(timeoutPolicySchema)).partial(),
    retry: z.strictObject(withoutDefaults(retryPolicySchema)).partial(),
    retryBudget: z.strictObject(withoutDefaults(retryBudgetPolicySchema)).partial(),
    hedge: z.strictObject(withoutDefaults(hedgePolicySchema)).partial(),
    ejection: z.strictObject(withoutDefaults(ejectionPolicySchema)).partial(),
    breaker: z.strictObject(withoutDefaults(breakerPolicySchema)).partial(),
    bulkhead: z.strictObject(withoutDefaults(bulkheadPolicySchema)).partial(),
    contract: z.strictObject(withoutDefaults(contractPolicySchema)).partial(),
    fallback: z.strictObject(withoutDefaults(fallbackPolicySchema)).partial(),
  })
  .partial();

/** See {@link linkPolicyPatchSchema}. */
export type LinkPolicyPatch = z.infer<typeof linkPolicyPatchSchema>;

/** Applies `patch` to `policy` and returns the result; neither argument is changed. */
export function patchLinkPolicy(policy: LinkPolicy, patch: LinkPolicyPatch): LinkPolicy {
  const merged: Record<string, unknown> = {};
  for (const [pattern, current] of Object.entries(policy)) {
    merged[pattern] = { ...current, ...patch[pattern as keyof LinkPolicy] };
  }
  return linkPolicySchema.parse(merged);
}

type Unwrapped<Shape extends z.ZodRawShape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodDefault<infer Inner> ? Inner : Shape[Key];
};

/** In a patch an absent field means "leave it", not "set the default". */
function withoutDefaults<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
): Unwrapped<Shape> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => [
      key,
      field instanceof z.ZodDefault ? field.unwrap() : field,
    ]),
  ) as Unwrapped<Shape>;
}

/** Names of the patterns of a link, in the order of the document. */
export const LINK_PATTERNS = Object.keys(linkPolicySchema.shape) as readonly LinkPattern[];
/** See {@link LINK_PATTERNS}. */
export type LinkPattern = keyof LinkPolicy;
