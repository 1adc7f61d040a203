import { z } from 'zod';
import { createHttpFault } from './http-fault.ts';
import { matchingShape } from './matching.ts';

/** The caller cannot know whether its request was received. */
export const httpAbort = createHttpFault({
  kind: 'http.abort',
  title: 'HTTP abort',
  summary: 'Resets the connection of requests; the callee never sees them.',
  schema: z.strictObject({ kind: z.literal('http.abort'), ...matchingShape }),
  describe: () => 'HTTP abort',
  attributes: () => ({ action: 'abort' }),
});
