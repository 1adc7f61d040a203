import { z } from 'zod';
import { integerField, textField } from '../fields.ts';
import { createHttpFault } from './http-fault.ts';
import { matchingShape } from './matching.ts';

/** An error that the callee knows nothing of. */
export const httpStatus = createHttpFault({
  kind: 'http.status',
  title: 'HTTP status',
  summary: 'Answers requests in place of the callee, which never sees them.',
  schema: z.strictObject({
    kind: z.literal('http.status'),
    status: integerField({
      ...{ title: 'Status', unit: 'status', minimum: 200, maximum: 599, default: 503 },
      description: 'Status of the answer',
    }),
    text: textField({
      ...{ title: 'Body', description: 'Text of the answer' },
      ...{ longest: 2000, default: '' },
    }),
    ...matchingShape,
  }),
  describe: ({ status }) => `HTTP ${status}`,
  attributes: ({ status, text }) => ({ action: 'status', status, text }),
});
