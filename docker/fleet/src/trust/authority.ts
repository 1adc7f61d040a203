import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Workload } from '@faultline/chassis/core';
import { z } from 'zod';
import { makeCertificate } from './certificate.ts';

/** Life of an authority's certificate: its key never leaves the data folder. */
const AUTHORITY_LIFE_MS = 365 * 24 * 3_600_000;
/** Life of an instance's certificate. */
export const LEAF_LIFE_MS = 15 * 60_000;
/** Clocks of two processes on a machine agree, those of two containers nearly. */
const BACKDATED_MS = 60_000;

/** An authority as it is kept: its name, certificate and key (PKCS #8), PEM. */
export const authoritySchema = z.object({
  name: z.string(),
  certificate: z.string(),
  privateKey: z.string(),
  /** Milliseconds since the Unix epoch. */
  notAfter: z.number(),
});
/** See {@link authoritySchema}. */
export type Authority = z.infer<typeof authoritySchema>;

/** Certificate and key of an instance. */
export type Leaf = Omit<NonNullable<Workload['tls']>, 'authorities'>;

/** For whom a certificate is: `payments`, `payments-2`. */
export interface Subject {
  service: string;
  instance: string;
}

/** Makes an authority of its own: ECDSA over P-256, good for a year, for leaf certificates only. */
export function makeAuthority(now: number): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = `Faultline lab authority ${randomBytes(4).toString('hex')}`;
  const notAfter = now + AUTHORITY_LIFE_MS;
  const certificate = makeCertificate(
    {
      ...{ subject: name, issuer: name, publicKey, issuerKey: publicKey, notAfter },
      notBefore: now - BACKDATED_MS,
      kind: { authority: true },
    },
    privateKey,
  );
  return { name, certificate, privateKey: toPem(privateKey), notAfter };
}

/**
 * Signs a certificate for one instance, with a new key: a URI that names the service (SPIFFE
 * "X.509-SVID", section 2) and DNS names for clients that check those.
 */
export function issueLeaf(
  authority: Authority,
  { service, instance }: Subject,
  now: number,
  lifeMs = LEAF_LIFE_MS,
): Leaf {
  const signingKey = createPrivateKey(authority.privateKey);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notAfter = Math.min(now + lifeMs, authority.notAfter);
  const certificate = makeCertificate(
    {
      ...{ subject: instance, issuer: authority.name, publicKey, notAfter },
      issuerKey: createPublicKey(signingKey),
      notBefore: now - BACKDATED_MS,
      kind: {
        authority: false,
        uri: `spiffe://faultline/service/${service}`,
        dns: [service, instance],
      },
    },
    signingKey,
  );
  return { certificate, privateKey: toPem(privateKey), notAfter };
}

function toPem(key: ReturnType<typeof createPrivateKey>): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
