import { z } from 'zod';
import { createToldFault } from '../told/told-fault.ts';
import { matchOf, requestFields, sayMatch } from './request-fields.ts';

/** Wrong but 200: nothing fails, and what is believed is not true. */
export const wrongAnswer = createToldFault({
  kind: 'application.wrong-answer',
  title: 'Wrong answer',
  summary:
    'Makes amounts and quantities in answers a tenth too much; status and shape stay as they are.',
  schema: z.strictObject({ kind: z.literal('application.wrong-answer'), ...requestFields }),
  describe: (spec) => `wrong answers${sayMatch(spec)}`,
  fields: (spec) => matchOf(spec),
});
