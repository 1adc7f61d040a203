import { z } from 'zod';
import { callInstance } from '../instance-call.ts';
import type { FaultKind } from '../model.ts';
import { NOTHING_HELD } from '../nothing-held.ts';
import { readyInstances } from './provider-instances.ts';

const schema = z.strictObject({
  kind: z.literal('identity.rotated-key'),
  dropFormer: z.boolean().default(true).meta({
    title: 'Drop former keys',
    unit: '',
    description: 'Former keys leave the JWKS at once: tokens that they signed are refused',
  }),
});

/** A rotation as after a leak: the new key was never announced, and nobody waits for anybody. */
export const rotatedKey: FaultKind<z.infer<typeof schema>> = {
  kind: 'identity.rotated-key',
  title: 'Rotated key',
  summary:
    'Replaces the signing key of the identity provider at once, unannounced. It stays replaced: ' +
    'services fetch the new key, and who holds a refused token asks for another.',
  selects: 'identity',
  schema,
  describe: ({ dropFormer }) =>
    dropFormer ? 'signing key replaced, former ones dropped' : 'signing key replaced',
  excludes: () => false,
  ...NOTHING_HELD,
  async apply({ dropFormer }, target, context) {
    const { first, others } = readyInstances(target, context);
    await callInstance(context, first, 'POST', '/internal/keys/replace', { dropFormer });
    await Promise.all(
      others.map((one) => callInstance(context, one, 'POST', '/internal/keys/reload')),
    );
  },
};
