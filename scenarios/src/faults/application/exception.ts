import { z } from 'zod';
import { createToldFault } from '../told/told-fault.ts';
import { matchOf, requestFields, sayMatch } from './request-fields.ts';

/** The work is done and the caller hears that it failed: what idempotency is good for. */
export const exception = createToldFault({
  kind: 'application.exception',
  title: 'Exception',
  summary: 'Lets handlers do their work and answers 500 in place of the result.',
  schema: z.strictObject({ kind: z.literal('application.exception'), ...requestFields }),
  describe: (spec) => `exception after the work${sayMatch(spec)}`,
  fields: (spec) => matchOf(spec),
});
