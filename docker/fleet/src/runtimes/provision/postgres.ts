import type { Clock } from '@faultline/chassis/core';
import { provision, type DatabaseDefinition } from '@faultline/postgres';
import { patiently } from './patiently.ts';

/** Role of the image's superuser. */
const SUPERUSER = 'postgres';
/** SQLSTATE: the password is another one, and will be at the next try. */
const INVALID_PASSWORD = '28P01';

/** Waits until PostgreSQL answers, then makes the roles and databases that are missing. */
export function provisionPostgres(
  access: { host: string; port: number; password: string },
  databases: readonly DatabaseDefinition[],
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  return patiently(
    () => provision({ ...access, user: SUPERUSER }, databases, undefined),
    clock,
    gone,
    (error) => (error as { code?: string }).code === INVALID_PASSWORD,
  );
}
