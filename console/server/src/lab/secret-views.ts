import { SECRET_KINDS, type SecretKind } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { SecretView } from '../contract/index.ts';

const WORDS: Readonly<Record<SecretKind, readonly [title: string, effect: string]>> = {
  certificates: [
    'Certificates',
    'Every instance gets a new certificate and shows it on new connections; open ones stay.',
  ],
  authority: [
    'Certificate authority',
    'A new authority is trusted for 2 s, then it signs new certificates for everybody; the former is trusted until its certificates have ended.',
  ],
  clients: [
    'Client secrets',
    'The identity provider knows the new secrets of services 2 s before they show them; the former are good for another minute.',
  ],
  database: [
    'Database passwords',
    'Roles of PostgreSQL get new passwords; new connections show them, open ones stay.',
  ],
  internal: [
    'Internal token',
    'Services take the new token 2 s before the control plane shows it, the former for another minute.',
  ],
  'assertion-key': [
    'Key of user assertions',
    'Services know the new public key 2 s before the gateway signs with it, the former for another 90 s.',
  ],
};

/** Every kind of secret, in words. */
export function viewSecrets(fleet: Pick<Fleet, 'secretRotations'>): SecretView[] {
  const rotations = fleet.secretRotations();
  return SECRET_KINDS.map((what) => viewSecret(what, rotations[what]));
}

function viewSecret(what: SecretKind, rotatedAt: number | null): SecretView {
  const [title, effect] = WORDS[what];
  return { what, title, effect, rotatedAt };
}
