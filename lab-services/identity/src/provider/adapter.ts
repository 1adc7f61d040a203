import { createHash } from 'node:crypto';
import type { Database } from '@faultline/chassis';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import type { Clients } from './clients.ts';

/** Models whose rows go when their grant is revoked. */
const GRANTED = new Set(['AuthorizationCode', 'RefreshToken', 'AccessToken']);

/** A code or a refresh token that was already used by somebody a moment ago. */
export type OnReuse = (model: string) => Error;

export interface AdapterOptions {
  database: Database;
  clients: Clients;
  onReuse: OnReuse;
}

/** Creates the storage that oidc-provider asks for each of its models. Clients are never stored. */
export function createAdapterFactory(options: AdapterOptions): AdapterFactory {
  return (model) =>
    model === 'Client' ? clientsAdapter(options.clients) : recordsAdapter(model, options);
}

function clientsAdapter(clients: Clients): Adapter {
  const unsupported = () => Promise.reject(new Error('clients come with the configuration'));
  return {
    find: async (id) => clients.metadataOf(id),
    upsert: unsupported,
    findByUserCode: unsupported,
    findByUid: unsupported,
    consume: unsupported,
    destroy: unsupported,
    revokeByGrantId: unsupported,
  };
}

interface Row {
  payload: AdapterPayload;
  consumed: number | null;
}

const CONSUMED = 'extract(epoch FROM consumed_at)::int AS consumed';

function recordsAdapter(model: string, { database, onReuse }: AdapterOptions): Adapter {
  const read = async (column: 'id' | 'uid', value: string): Promise<AdapterPayload | undefined> => {
    const [row] = await database.query<Row>(
      `select ${model}`,
      `SELECT payload, ${CONSUMED} FROM oidc_records
       WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > now())`,
      [model, value],
    );
    if (!row) return undefined;
    return row.consumed === null ? row.payload : { ...row.payload, consumed: row.consumed };
  };

  return {
    async upsert(id, payload, expiresInS) {
      await database.query(
        `upsert ${model}`,
        `INSERT INTO oidc_records (model, id, payload, grant_id, uid, expires_at)
         VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')
         ON CONFLICT (model, id) DO UPDATE SET payload = EXCLUDED.payload,
           grant_id = EXCLUDED.grant_id, uid = EXCLUDED.uid, expires_at = EXCLUDED.expires_at`,
        [
          model,
          digest(id),
          JSON.stringify(withoutSecret(model, payload)),
          payload.grantId ?? null,
          payload.uid ?? null,
          expiresInS ?? null,
        ],
      );
    },
    async find(id) {
      const payload = await read('id', digest(id));
      return payload && { ...payload, jti: id };
    },
    findByUid: (uid) => read('uid', uid),
    findByUserCode: async () => undefined,
    consume: (id) => consume(model, digest(id), database, onReuse),
    async destroy(id) {
      await database.query(
        `delete ${model}`,
        'DELETE FROM oidc_records WHERE model = $1 AND id = $2',
        [model, digest(id)],
      );
    },
    async revokeByGrantId(grantId) {
      if (GRANTED.has(model)) await revoke(database, grantId);
    },
  };
}

/** Marks a code or token as used. Of two requests with the same one, exactly one comes first. */
async function consume(
  model: string,
  id: string,
  database: Database,
  onReuse: OnReuse,
): Promise<void> {
  const [row] = await database.query<{ grantId: string | null; first: boolean }>(
    `consume ${model}`,
    `WITH used AS (
       UPDATE oidc_records SET consumed_at = now()
       WHERE model = $1 AND id = $2 AND consumed_at IS NULL RETURNING id
     )
     SELECT grant_id AS "grantId", EXISTS (SELECT FROM used) AS first
     FROM oidc_records WHERE model = $1 AND id = $2`,
    [model, id],
  );
  if (row?.first) return;
  const grantId = row?.grantId ?? undefined;
  if (grantId !== undefined) await revoke(database, grantId);
  throw onReuse(model);
}

/** Takes back everything that was issued for a grant, and the grant itself. */
async function revoke(database: Database, grantId: string): Promise<void> {
  await database.query(
    'revoke grant',
    `DELETE FROM oidc_records WHERE grant_id = $1 OR (model = 'Grant' AND id = $2)`,
    [grantId, digest(grantId)],
  );
}

/** The value that the client holds is nowhere in its row; sessions are also found by another id. */
function withoutSecret(model: string, payload: AdapterPayload): AdapterPayload {
  if (model === 'Session') return payload;
  const { jti: _value, ...rest } = payload;
  return rest;
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
