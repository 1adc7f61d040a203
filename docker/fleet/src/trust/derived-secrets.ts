import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../plan/model.ts';

type Seed = Pick<Secrets, 'workloadSeed'>;

/** What `instance` shows the registry. It is the same for as long as the launch lasts. */
export function workloadToken(secrets: Seed, instance: string): string {
  return derive(secrets, `workload ${instance}`);
}

/** Whether `token` is the one of `instance`; the time it takes tells nothing. */
export function isWorkloadToken(secrets: Seed, instance: string, token: string): boolean {
  return timingSafeEqual(digest(token), digest(workloadToken(secrets, instance)));
}

/** Secret of a service at the identity provider; another one in each generation. */
export function clientSecret(secrets: Seed, service: string, generation: number): string {
  return derive(secrets, `client ${service} ${generation}`);
}

/** See `passwordSeed` of `workloadSchema`. */
export function passwordSeed(secrets: Seed): string {
  return derive(secrets, 'people');
}

/** A key per purpose from one secret: HMAC-SHA-256 (RFC 2104), 256 bits. */
function derive({ workloadSeed }: Seed, purpose: string): string {
  return createHmac('sha256', workloadSeed).update(purpose).digest('base64url');
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
