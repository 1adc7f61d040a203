import { z } from 'zod';
import { choiceField, textField } from '../fields.ts';
import { createHttpFault } from './http-fault.ts';
import { HEADER_NAME, matchingShape } from './matching.ts';

/** A header that gets lost or wrong on the way. */
export const httpHeader = createHttpFault({
  kind: 'http.header',
  title: 'HTTP header',
  summary: 'Sets a header of requests or responses, or takes it away.',
  schema: z.strictObject({
    kind: z.literal('http.header'),
    name: textField({
      ...{ title: 'Name', description: 'Of the header, in any case' },
      ...{ default: 'retry-after', rule: HEADER_NAME },
    }),
    value: textField({
      ...{ title: 'Value', description: 'Its value; empty: it is taken away' },
      rule: /^[\x20-\x7e]*$/,
    }),
    on: choiceField({ title: 'Of', description: 'Which head is changed' }, ['response', 'request']),
    ...matchingShape,
  }),
  describe: ({ name, value, on }) =>
    value === '' ? `HTTP ${on} without ${name}` : `HTTP ${on} with ${name}: ${value}`,
  attributes: ({ name, value, on }) => ({ action: 'header', name, value, on }),
});
