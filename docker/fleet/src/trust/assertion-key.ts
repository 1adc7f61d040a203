import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { jwkSchema, type Jwk } from '@faultline/chassis/core';

/** Makes a private key for ECDSA over P-256 with SHA-256 (`ES256`, RFC 7518, section 3.4). */
export function makeAssertionKey(): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ format: 'jwk' });
  return jwkSchema.parse({ ...key, kid: randomUUID(), alg: 'ES256', use: 'sig' });
}

/** The half of `key` that everybody may have. */
export function publicPartOf({ d: _secret, ...key }: Jwk): Jwk {
  return jwkSchema.parse(key);
}
