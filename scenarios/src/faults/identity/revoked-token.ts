import { z } from 'zod';
import { textField } from '../fields.ts';
import { callInstance } from '../instance-call.ts';
import type { FaultKind } from '../model.ts';
import { NOTHING_HELD } from '../nothing-held.ts';
import { readyInstances } from './provider-instances.ts';

const schema = z.strictObject({
  kind: z.literal('identity.revoked-token'),
  customer: textField({
    title: 'Customer',
    description: 'Whose tokens: customer-007, customer-*, or * for everybody',
    default: '*',
    longest: 120,
    rule: /^[^\p{Cc}]+$/u,
  }),
});

/** Sessions end all at once, and everybody logs in again at the same time. */
export const revokedToken: FaultKind<z.infer<typeof schema>> = {
  kind: 'identity.revoked-token',
  title: 'Revoked token',
  summary:
    'Revokes the refresh tokens of customers. They stay revoked: access tokens are good until they ' +
    'run out, then the customers log in again.',
  selects: 'identity',
  schema,
  describe: ({ customer }) =>
    customer === '*' ? 'all refresh tokens revoked' : `refresh tokens of ${customer} revoked`,
  excludes: () => false,
  ...NOTHING_HELD,
  async apply({ customer }, target, context) {
    const { first } = readyInstances(target, context);
    await callInstance(context, first, 'POST', '/internal/tokens/revoke', { customer });
  },
};
