import { createHttpConversation, type HttpFault } from '../http/conversation.ts';
import { choice, integer, text } from './attributes.ts';
import { defineConversation } from './toxic-type.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PRINTABLE = /^[\x20-\x7e\x80-\xff]*$/;

/**
 * Hurts single requests of HTTP/1.1. It works on both directions, whatever `stream` it has;
 * toxicity is drawn for each request that matches, not for each link.
 */
export const http = defineConversation({
  name: 'http',
  summary: 'Hurts HTTP/1.1 requests that match; passes everything else on untouched.',
  attributes: {
    action: choice(['status', 'delay', 'abort', 'body', 'header'], 'What happens.'),
    method: text('Only requests with this method; empty: any.'),
    path: text('Only requests with this path, without query; * is a wildcard; empty: any.'),
    header: text('Only requests with this header, name or name: value with *; empty: any.'),
    status: integer('status', 'Answer in place of the callee, which never sees the request.'),
    delay: integer('ms', 'How long the request is held before it goes on.'),
    text: text('Body of the answer (status), or in place of the response (body, replace).'),
    mode: choice(['replace', 'garble'], 'body: another text, or # in place of each byte.'),
    on: choice(['response', 'request'], 'header: which head is changed.'),
    name: text('header: its name.'),
    value: text('header: its value; empty: it is taken away.'),
  },
  rule({ action, status, header, name, value }) {
    const isStatus = status >= 200 && status <= 599;
    if (action === 'status' && !isStatus) return 'status must be from 200 to 599';
    if (action === 'header' && !TOKEN.test(name)) return 'name must be the name of a header';
    if (!PRINTABLE.test(value)) return 'value must be printable, on one line';
    const [wanted = ''] = header.split(':');
    return header === '' || TOKEN.test(wanted.trim())
      ? undefined
      : 'header must be name, or name: value';
  },
  createConversation: (input) =>
    createHttpConversation({ ...input, attributes: input.attributes as () => HttpFault }),
});
