import { z } from 'zod';

/** Longest time for which a fault is told at once, milliseconds. */
const LONGEST_TTL_MS = 60_000;

/** What goes wrong with the customers; nothing of it changes the load that is wanted. */
export const loadFaultSchema = z.discriminatedUnion('kind', [
  /** More customers: the rate of the load `factor` times, and `addedRps` on top. */
  z.strictObject({
    kind: z.literal('spike'),
    factor: z.number().min(1).max(50),
    /** HTTP requests per second. */
    addedRps: z.number().min(0).max(500),
  }),
  /** Impatient customers: a request that failed is sent again at once, so many times at most. */
  z.strictObject({ kind: z.literal('retry-storm'), retries: z.int().min(1).max(20) }),
  /** Slow customers: connections that send a request, or read an answer, very slowly. */
  z.strictObject({
    kind: z.literal('slow-clients'),
    connections: z.int().min(1).max(500),
    does: z.enum(['send', 'read']),
    /** Of each connection. */
    bytesPerSecond: z.int().min(1).max(10_000),
    /** Where the customers connect. */
    endpoints: z
      .array(z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }))
      .min(1)
      .max(20),
  }),
]);
/** See {@link loadFaultSchema}. */
export type LoadFault = z.infer<typeof loadFaultSchema>;

/** Body of `PUT /faults/{id}`: tells of a fault, or that it goes on. */
export const toldFaultSchema = z.strictObject({
  fault: loadFaultSchema,
  /** It ends by itself after so many milliseconds, unless it is told again. */
  ttlMs: z.int().min(1).max(LONGEST_TTL_MS),
});
