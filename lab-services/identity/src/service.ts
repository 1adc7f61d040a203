import { randomBytes } from 'node:crypto';
import { defineService, type Chassis } from '@faultline/chassis';
import { createAccounts } from './accounts/accounts.ts';
import { createEvents, type Events } from './events.ts';
import { createHousekeeper } from './housekeeper.ts';
import { createKeyRing, type KeySet } from './keys/key-ring.ts';
import { registerKeyRoutes } from './keys/routes.ts';
import { registerLoginRoutes } from './login/routes.ts';
import { createClients } from './provider/clients.ts';
import { registerRevocationRoute, revokeGrants } from './provider/revocation.ts';
import { registerProviderRoutes } from './provider/routes.ts';

/** A key signs for a day; it is published for an hour more than that: tokens live for 15 minutes. */
const KEY_AGE_MS = 86_400_000;
const RETIRED_KEY_MS = 3_600_000;
const DEFAULT_ISSUER = 'http://identity';

/** Who people and services are: the OpenID Connect provider of the lab. */
export const service = defineService({
  name: 'identity',
  migrations: new URL('./migrations/', import.meta.url),
  permanentData: true,
  calls: [],
  async build(chassis) {
    const { clock, database } = chassis;
    const events = createEvents(chassis);
    const ring = createKeyRing(database);
    const accounts = createAccounts({
      database,
      clock,
      passwordSeed: () => chassis.workload()?.passwordSeed,
    });
    const issue = await createIssuing(chassis, events);
    let current = issue(await ring.load());
    const use = (keys: KeySet) => {
      if (keys.current.kid !== current.keys.current.kid) events.keysRotated(keys.current.kid);
      if (namesOf(keys) !== namesOf(current.keys)) current = issue(keys);
      return keys;
    };
    return {
      routes(app) {
        registerProviderRoutes(app, (request, response) => void current.handle(request, response));
        registerLoginRoutes(app, { provider: () => current.provider, accounts, events });
        registerKeyRoutes(app, {
          rotate: async () => use(await ring.rotate()),
          replace: async (dropFormer) => use(await ring.replace(dropFormer)),
          reload: async () => use(await ring.load()),
        });
        registerRevocationRoute(app, (customer) => revokeGrants(database, customer, events));
      },
      workers: [
        createHousekeeper(chassis, async () => {
          use(await ring.rotateIfOlderThan(KEY_AGE_MS, RETIRED_KEY_MS));
        }),
      ],
    };
  },
});

function namesOf({ current, next, retired }: KeySet): string {
  return [current, next, ...retired].map(({ kid }) => kid).join(' ');
}

/** Makes providers: another one for each set of keys, which takes over between two requests. */
async function createIssuing(chassis: Chassis, events: Events) {
  const { createProvider } = await import('./provider/provider.ts');
  const { errors } = await import('oidc-provider');
  const cookieSecret = await loadSecret(chassis.database, 'cookies');
  return (keys: KeySet) => {
    const provider = createProvider({
      issuer: chassis.environment.IDENTITY_ISSUER ?? DEFAULT_ISSUER,
      database: chassis.database,
      clients: createClients(() => chassis.workload()?.clients ?? []),
      keys,
      cookieSecret,
      onReuse(model) {
        events.tokenReused(model);
        return new errors.InvalidGrant('it was used before');
      },
    });
    const grantOf = (ctx: { oidc: { params?: Record<string, unknown> | undefined } }) => {
      const grant = ctx.oidc.params?.['grant_type'];
      return typeof grant === 'string' ? grant : 'none';
    };
    provider.on('grant.success', (ctx) => events.tokenIssued(grantOf(ctx)));
    provider.on('grant.error', (ctx, error) => {
      events.tokenRefused(grantOf(ctx), error.error);
      if (/already (used|consumed)/.test(error.error_detail ?? '')) {
        events.tokenReused(grantOf(ctx) === 'refresh_token' ? 'RefreshToken' : 'AuthorizationCode');
      }
    });
    provider.on('server_error', (_ctx, error) =>
      chassis.log.error({ err: error }, 'the provider failed'),
    );
    return { provider, keys, handle: provider.callback() };
  };
}

/** A secret of this service: made at its first start, the same for all its instances. */
async function loadSecret(database: Chassis['database'], name: string): Promise<string> {
  await database.query(
    'insert secret',
    'INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [name, randomBytes(32).toString('base64url')],
  );
  const [row] = await database.query<{ value: string }>(
    'select secret',
    'SELECT value FROM secrets WHERE name = $1',
    [name],
  );
  if (!row) throw new Error(`the secret ${name} vanished`);
  return row.value;
}
