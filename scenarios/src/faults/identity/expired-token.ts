import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { sayMilliseconds } from '../units.ts';

/** A clock that is wrong: every call is refused, and a new token does not help. */
export const expiredToken = createToldFault({
  kind: 'identity.expired-token',
  title: 'Expired token',
  summary: 'Sets the clock ahead that checks tokens: good ones count as expired.',
  schema: z.strictObject({
    kind: z.literal('identity.expired-token'),
    skewMs: integerField({
      ...{ title: 'Ahead by', unit: 'ms', minimum: 1, maximum: 86_400_000, default: 3_600_000 },
      description: 'More than the life of a token, and every one has expired',
    }),
  }),
  describe: ({ skewMs }) => `tokens expired, clock ahead by ${sayMilliseconds(skewMs)}`,
});
