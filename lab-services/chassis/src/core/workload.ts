import { z } from 'zod';

/**
 * What can be replaced while the fleet runs: certificates of instances, the authority that signs
 * them, secrets of services at the identity provider, passwords of databases, the token of
 * `/internal/*`, the key of user assertions.
 */
export const SECRET_KINDS = [
  'certificates',
  'authority',
  'clients',
  'database',
  'internal',
  'assertion-key',
] as const;
/** See {@link SECRET_KINDS}. */
export type SecretKind = (typeof SECRET_KINDS)[number];

/** A JSON Web Key (RFC 7517); which members there are depends on `kty`. */
export const jwkSchema = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() });
/** See {@link jwkSchema}. */
export type Jwk = z.infer<typeof jwkSchema>;

/**
 * A service as a client of the identity provider. Of its secret only digests are known there:
 * SHA-256 over the secret's UTF-8 bytes, hexadecimal.
 */
export const workloadClientSchema = z.object({
  /** Name of the service. */
  id: z.string().regex(/^[a-z][a-z-]*$/),
  /** The latest first; those before it stay good while instances are still being told. */
  secretHashes: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .min(1)
    .max(4),
  /** `<callee>:read` and `<callee>:write` for every service that it calls. */
  scopes: z.array(z.string().regex(/^[a-z][a-z-]*:(read|write)$/)),
});
/** See {@link workloadClientSchema}. */
export type WorkloadClient = z.infer<typeof workloadClientSchema>;

/**
 * What one instance may know and nobody else: its secrets, renewed while it runs. Modelled on the
 * SPIFFE Workload API, which also hands out keys with their certificates.
 *
 * Wire: event `workload` on the registry's watch, sent only to a watcher that shows the instance's
 * `WORKLOAD_TOKEN` as bearer token; again whenever anything in it changes. Never logged.
 */
export const workloadSchema = z.object({
  /** Secret of the client `SERVICE_NAME` at the identity provider. */
  clientSecret: z.string().min(16),
  /** Password of the database role; new connections use the latest. Null without a database. */
  databasePassword: z.string().min(1).nullable().default(null),
  /** Opens `/internal/*`; the one before stays good for a while. */
  internalTokens: z.array(z.string().min(16)).min(1),
  /** Private key with which the gateway signs who the user is; null for everybody else. */
  assertionKey: jwkSchema.nullable().default(null),
  /** Whom the identity provider knows: only for the service `identity`, empty for everybody else. */
  clients: z.array(workloadClientSchema).default([]),
  /**
   * What the passwords of the seeded people are derived from: only for `identity`, which checks
   * them, and `loadgen`, which logs in. Null for everybody else.
   */
  passwordSeed: z.string().min(16).nullable().default(null),
  /**
   * X.509 certificate of the instance with the URI
   * `spiffe://faultline/service/<name>` and the DNS names `<name>` and `<instance>`, its key
   * (PKCS #8) and the certificates of the authorities to trust; PEM. Null where nobody issues any.
   */
  tls: z
    .object({
      certificate: z.string(),
      privateKey: z.string(),
      authorities: z.string(),
      /** Milliseconds since the Unix epoch. */
      notAfter: z.number(),
    })
    .nullable()
    .default(null),
});
/** See {@link workloadSchema}. */
export type Workload = z.infer<typeof workloadSchema>;

/** Trust that is no secret, as the registry tells every instance. */
export const trustSchema = z.object({
  /** Whether links speak mutual TLS: clients then do, and servers refuse everything else. */
  mtls: z.boolean().default(false),
  /** Whether anybody may call it, without a certificate: the edge. */
  open: z.boolean().default(false),
  /** Services that may call this one. */
  callers: z.array(z.string()).default([]),
  /** Public keys with which the gateway's user assertions are checked. */
  assertionKeys: z.array(jwkSchema).default([]),
});
/** See {@link trustSchema}. */
export type Trust = z.infer<typeof trustSchema>;
