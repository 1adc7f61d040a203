import { z } from 'zod';
import { integerField } from '../fields.ts';
import { sayMilliseconds } from '../units.ts';
import { createHttpFault } from './http-fault.ts';
import { matchingShape } from './matching.ts';

/** One operation is slow, and the others on the same line are not. */
export const httpDelay = createHttpFault({
  kind: 'http.delay',
  title: 'HTTP delay',
  summary: 'Holds requests back before the callee sees them.',
  schema: z.strictObject({
    kind: z.literal('http.delay'),
    delayMs: integerField({
      ...{ title: 'Delay', unit: 'ms', minimum: 1, maximum: 600_000, default: 1000 },
      description: 'How long a request is held',
    }),
    ...matchingShape,
  }),
  describe: ({ delayMs }) => `HTTP delay ${sayMilliseconds(delayMs)}`,
  attributes: ({ delayMs }) => ({ action: 'delay', delay: delayMs }),
});
