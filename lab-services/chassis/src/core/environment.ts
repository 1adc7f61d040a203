import { z } from 'zod';

/**
 * The environment a launcher gives every service instance. All addresses are what the instance
 * connects to; it neither knows nor cares what stands behind them.
 */
export const serviceEnvironmentSchema = z.object({
  SERVICE_NAME: z.string().regex(/^[a-z][a-z-]*$/),
  SERVICE_VERSION: z.string().default('0.1.0'),
  /** Unique in the fleet, for instance `payments-2`. */
  INSTANCE_ID: z.string().regex(/^[a-z][a-z-]*-\d+$/),
  HOST: z.string().default('127.0.0.1'),
  /** 0 asks the system for a free port; the instance says which in its ready line. */
  PORT: z.coerce.number().int().min(0).max(65_535),
  /** Base URL of the registry, see `registrySnapshotSchema`. */
  REGISTRY_URL: z.url(),
  /** `postgresql://role:password@host:port/database`; only for services that own data. */
  DATABASE_URL: z.string().startsWith('postgresql://').optional(),
  /** Largest number of database connections of this instance. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(4),
  /** `host:port`, comma separated; only for services that produce or consume events. */
  KAFKA_BROKERS: z.string().optional(),
  /** OTLP over HTTP, for instance `http://127.0.0.1:4318`. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Bearer token that opens `/internal/*`. Made at launch, never logged. */
  INTERNAL_TOKEN: z.string().min(16),
  /**
   * Shows the registry which instance asks, which then tells it its secrets (see
   * `workloadSchema`). Without it an instance gets none: it can neither fetch tokens nor speak TLS.
   */
  WORKLOAD_TOKEN: z.string().min(16).optional(),
  /**
   * Who issues access tokens, as their claim `iss` says: a name, not an address. With it a service
   * refuses calls without a token for it, and sends one with each of its own; without it both ends
   * are open.
   */
  IDENTITY_ISSUER: z.url().optional(),
});

/** See {@link serviceEnvironmentSchema}. */
export type ServiceEnvironment = z.infer<typeof serviceEnvironmentSchema>;
