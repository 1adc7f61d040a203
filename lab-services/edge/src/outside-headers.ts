import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '@faultline/chassis/core';

/** Headers that only somebody inside may set: from outside they are lies. */
const INTERNAL = new Set<string>([
  HEADER.userAssertion,
  HEADER.deadlineMs,
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]);

/** Who asked, and how. */
export interface Outside {
  address: string;
  host: string | undefined;
  protocol: 'http' | 'https';
}

/** What a request from outside brings inside: its own headers, and who sent it as this door saw it. */
export function toInsideHeaders(
  received: IncomingHttpHeaders,
  { address, host, protocol }: Outside,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(received)) {
    if (!INTERNAL.has(name)) headers[name] = value;
  }
  headers['x-forwarded-for'] = address;
  headers['x-forwarded-proto'] = protocol;
  if (host !== undefined) headers['x-forwarded-host'] = host;
  return headers;
}
