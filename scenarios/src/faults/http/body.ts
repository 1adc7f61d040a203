import { z } from 'zod';
import { choiceField, textField } from '../fields.ts';
import { createHttpFault } from './http-fault.ts';
import { matchingShape } from './matching.ts';

/** An answer with the right status and the wrong contents. */
export const httpBody = createHttpFault({
  kind: 'http.body',
  title: 'HTTP body',
  summary: 'Changes the body of responses; status and headers stay as they are.',
  schema: z.strictObject({
    kind: z.literal('http.body'),
    mode: choiceField(
      { title: 'Change', description: 'garble: # in place of each byte; replace: another text' },
      ['garble', 'replace'],
    ),
    text: textField({
      ...{ title: 'Text', description: 'The body instead; only for replace' },
      longest: 2000,
    }),
    ...matchingShape,
  }),
  describe: ({ mode }) => (mode === 'garble' ? 'HTTP body garbled' : 'HTTP body replaced'),
  attributes: ({ mode, text }) => ({ action: 'body', mode, text }),
});
