import { createHash, timingSafeEqual } from 'node:crypto';
import type { WorkloadClient } from '@faultline/chassis/core';
import type { ClientMetadata } from 'oidc-provider';

/** The client that people use: public, with PKCE, redirected to a loopback address. */
export const SHOP_CLIENT = 'shop';
/** What people's tokens are for. */
const SHOP_SERVICE = 'gateway';
const SHOP_SCOPE = 'shop';

const SHOP: ClientMetadata = {
  client_id: SHOP_CLIENT,
  client_name: 'The shop',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  // RFC 8252, section 7.3: any port.
  redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
};

/** Who may ask for tokens, and for which services. */
export interface Clients {
  metadataOf(id: string): ClientMetadata | undefined;
  /** Whether `secret` is the latest secret of a service, or one before it that is still good. */
  isSecret(id: string, secret: string): boolean;
  /** Scopes at `service` that the client may get; none: it must not call it. */
  scopesAt(id: string, service: string): string[];
}

/** Creates the directory over what the launcher says at this moment. */
export function createClients(services: () => readonly WorkloadClient[]): Clients {
  const find = (id: string) => services().find((client) => client.id === id);
  return {
    metadataOf(id) {
      if (id === SHOP_CLIENT) return SHOP;
      const client = find(id);
      return client && toMetadata(client);
    },
    isSecret(id, secret) {
      const given = createHash('sha256').update(secret).digest();
      // No early end: the time taken tells nothing.
      return (find(id)?.secretHashes ?? [])
        .map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')))
        .includes(true);
    },
    scopesAt(id, service) {
      if (id === SHOP_CLIENT) return service === SHOP_SERVICE ? [SHOP_SCOPE] : [];
      return (find(id)?.scopes ?? []).filter((scope) => scope.split(':', 1)[0] === service);
    },
  };
}

function toMetadata({ id }: WorkloadClient): ClientMetadata {
  return {
    client_id: id,
    // Never compared: see `Clients.isSecret`. The schema wants one of each confidential client.
    client_secret: 'held-by-the-client',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}
