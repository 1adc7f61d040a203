import type { Database, ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from '../events.ts';

const revocationSchema = z.strictObject({
  /** Whose; `*` stands for any run of characters. */
  customer: z.string().min(1).max(120),
});

/**
 * Takes back the grants of people: their refresh tokens are good no more, access tokens that were
 * issued are until they run out. They log in again.
 *
 * @returns how many grants
 */
export async function revokeGrants(
  database: Database,
  customer: string,
  events: Events,
): Promise<number> {
  const pattern = customer.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
  const rows = await database.query<{ model: string }>(
    'revoke grants',
    `DELETE FROM oidc_records
     WHERE model IN ('Grant', 'RefreshToken', 'AuthorizationCode')
       AND payload->>'accountId' LIKE $1 RETURNING model`,
    [pattern],
  );
  const grants = rows.filter(({ model }) => model === 'Grant').length;
  events.grantsRevoked(grants);
  return grants;
}

/** Registers the revocation for whoever runs the lab. */
export function registerRevocationRoute(
  app: ServiceApp,
  revoke: (customer: string) => Promise<number>,
): void {
  app.post(
    '/internal/tokens/revoke',
    {
      schema: {
        hide: true,
        body: revocationSchema,
        response: { 200: z.object({ grants: z.int().min(0) }) },
      },
    },
    async ({ body }) => ({ grants: await revoke(body.customer) }),
  );
}
