import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { matchOf, requestFields, sayMatch } from './request-fields.ts';

/** A service that answers with an error: nothing was done, and callers can know. */
export const error = createToldFault({
  kind: 'application.error',
  title: 'Error',
  summary: 'Answers requests with an error before anything is done (gRPC: the same in its status).',
  schema: z.strictObject({
    kind: z.literal('application.error'),
    status: integerField({
      ...{ title: 'Status', unit: 'HTTP status', minimum: 400, maximum: 599, default: 503 },
      description: 'What is answered; 503 is UNAVAILABLE over gRPC',
    }),
    ...requestFields,
  }),
  describe: (spec) => `error ${spec.status}${sayMatch(spec)}`,
  fields: (spec) => ({ ...matchOf(spec), status: spec.status }),
});
