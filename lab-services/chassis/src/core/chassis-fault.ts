import { z } from 'zod';

/**
 * Faults that act inside an instance, through the chassis: what the registry tells it, and what the
 * chassis then does to requests, events, the database pool and the process. Business code neither
 * sees nor knows them. `GET /internal/faults` answers the ids of those that are in effect.
 *
 * Wire: event `faults` on the registry's watch, data {@link chassisFaultsSchema}, sent to a watcher
 * that showed its `WORKLOAD_TOKEN`: at once when they change, and again every second while there is
 * one. An instance forgets all of them `ttlMs` after it was told last (monotonic clock), so that no
 * fault outlives the control plane; a closed watch changes nothing about that.
 */
const ratio = z.number().min(0).max(1);
const milliseconds = z.int().min(0).max(600_000);

/** Which requests are hit: all conditions must hold. */
const matchShape = {
  /** Share of matching requests, drawn for each. */
  ratio: ratio.default(1),
  /** `POST /charges`, as in spans (`METHOD /route`, `package.Service/Method`); absent: all. */
  operation: z.string().max(200).optional(),
  /** Service that calls, as its token or certificate says; absent: everybody. */
  caller: z.string().max(120).optional(),
  /** Only so many requests, counted per instance and fault; absent: no limit. */
  first: z.int().min(1).max(1_000_000).optional(),
};

function fault<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z.object({ id: z.string().min(1).max(120), kind: z.literal(kind), ...shape });
}

/** What can be done to an instance from inside. See `docs/reference/faults.md`. */
export const chassisFaultSchema = z.discriminatedUnion('kind', [
  /** Answered with `status` before the handler runs (503 over gRPC: UNAVAILABLE). */
  fault('application.error', { ...matchShape, status: z.int().min(400).max(599).default(503) }),
  /** Held for `latencyMs` ± `jitterMs` before the handler runs. */
  fault('application.latency', {
    ...matchShape,
    latencyMs: milliseconds,
    jitterMs: milliseconds.default(0),
  }),
  /** The handler runs, its effects stay, and then an exception takes the answer's place (500). */
  fault('application.exception', { ...matchShape }),
  /** The answer keeps its status and its shape; amounts and quantities in it are wrong. */
  fault('application.wrong-answer', { ...matchShape }),
  /** So many bytes are kept for each matching request until the fault ends. */
  fault('application.leak', { ...matchShape, bytesPerRequest: z.int().min(1).max(10_485_760) }),
  /** So many of the pool's connections are taken, and given back when the fault ends. */
  fault('application.pool-exhaustion', { connections: z.int().min(1).max(100) }),
  /** Consumers of `topic` (absent: all) fetch nothing. */
  fault('events.consumer-pause', { topic: z.string().max(200).optional() }),
  /** A share of the events is handled twice. */
  fault('events.duplicate', { topic: z.string().max(200).optional(), ratio: ratio.default(1) }),
  /** Events wait until `window` have come or 1 s is over, and are handled in reverse order. */
  fault('events.reorder', {
    topic: z.string().max(200).optional(),
    window: z.int().min(2).max(100).default(10),
  }),
  /** The process dies right after the commit of a transaction, before anything else it had to do. */
  fault('events.crash-after-commit', { ratio: ratio.default(1) }),
  /** `threads` threads spin. */
  fault('process.cpu-hog', { threads: z.int().min(1).max(8).default(1) }),
  /** So many bytes are allocated, touched and kept. */
  fault('process.memory-pressure', { bytes: z.int().min(1).max(2_147_483_648) }),
  /** The event loop stands still for `stallMs` every `everyMs`. */
  fault('process.event-loop-stall', {
    stallMs: z.int().min(1).max(60_000),
    everyMs: z.int().min(10).max(600_000),
  }),
  /** The clock that checks tokens is ahead by `skewMs`: good tokens count as expired. */
  fault('identity.expired-token', { skewMs: z.int().min(1).max(86_400_000).default(3_600_000) }),
]);
/** See {@link chassisFaultSchema}. */
export type ChassisFault = z.infer<typeof chassisFaultSchema>;
/** Kinds of {@link ChassisFault}. */
export type ChassisFaultKind = ChassisFault['kind'];

/** Everything that acts on one instance now; what is not in it is over. */
export const chassisFaultsSchema = z.object({
  faults: z
    .array(
      z.object({
        fault: chassisFaultSchema,
        /** How long it lasts unless told again, milliseconds. */
        ttlMs: z.int().min(1).max(3_600_000),
      }),
    )
    .max(50),
});
/** See {@link chassisFaultsSchema}. */
export type ChassisFaults = z.infer<typeof chassisFaultsSchema>;
