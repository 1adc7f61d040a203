import { createContext, Script } from 'node:vm';
import { z } from 'zod';
import { durationField, keysMatch, nameField } from './fields.ts';
import type { HttpProbeRequest, ProbeKind, Reading } from './model.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const FIELDS = ['status', 'latency', 'body'] as const;
const CERTIFICATES = ['shown', 'none'] as const;
/** A name that does not belong to the connection, and so to whoever makes it. */
const HEADER_NAME =
  /^(?!(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|proxy-.*)$)[a-z0-9-]{1,100}$/i;
/** Longest time a pattern may be looked for, milliseconds: some take for ever. */
const MATCH_TIMEOUT_MS = 100;

type HttpSpec = {
  probe: 'http';
  service: string;
  method: HttpProbeRequest['method'];
  path: string;
  headers: Record<string, string>;
  body?: unknown;
  as?: string | undefined;
  certificate: HttpProbeRequest['certificate'];
  field: (typeof FIELDS)[number];
  match?: string | undefined;
  timeoutMs: number;
};

/** How an instance answers one request. */
export const http: ProbeKind<HttpSpec> = {
  kind: 'http',
  title: 'HTTP request',
  summary:
    'Sends one request to an instance of a service, directly and not over a link; `edge` is the front door. The value is the status, the time to the end of the answer, or whether the body matches; `refused` without an answer.',
  unit: '',
  unitOf: ({ field }) => (field === 'latency' ? 'ms' : ''),
  minimumSamples: 0,
  schema: z
    .strictObject({
      probe: z.literal('http'),
      service: nameField('Service; the first instance that is ready is asked'),
      method: z
        .enum(METHODS, { error: `is one of ${METHODS.join(', ')}` })
        .default('GET')
        .meta({ description: 'HTTP method' }),
      path: z
        .string()
        .max(2000)
        .regex(/^\/(?![/\\])[^\s#]*$/, 'is a path on the service such as /v1/orders')
        .meta({ description: 'Path and query, for instance `/v1/products`' }),
      headers: z
        .record(
          z.string(),
          z
            .string()
            .max(2000)
            .regex(/^[\t\x20-\x7e]*$/, 'is printable text'),
        )
        .superRefine(keysMatch(HEADER_NAME, 'is a header that a request may set'))
        .default({})
        .meta({ description: 'Headers of the request' }),
      body: z.unknown().optional().meta({ description: 'Body, sent as JSON' }),
      as: nameField('Logs in as this customer and shows the access token').optional(),
      certificate: z
        .enum(CERTIFICATES, { error: `is one of ${CERTIFICATES.join(', ')}` })
        .default('shown')
        .meta({ description: 'Under mutual TLS: that of a service, or `none` as a stranger has' }),
      field: z
        .enum(FIELDS, { error: `is one of ${FIELDS.join(', ')}` })
        .default('status')
        .meta({ description: 'What the value is; `body` needs `match`' }),
      match: z
        .string()
        .min(1)
        .max(500)
        .refine(isPattern, 'is a regular expression')
        .optional()
        .meta({
          description: 'Regular expression that is looked for in the first 64 KB of the body',
        }),
      timeout: durationField({
        minimumMs: 10,
        maximumMs: 30_000,
        default: '2s',
        description: 'Longest time to the end of the answer',
      }),
    })
    .refine(({ field, match }) => (field === 'body') === (match !== undefined), {
      message: 'given with field: body, and only then',
      path: ['match'],
    })
    .transform(({ timeout, ...fields }) => ({ ...fields, timeoutMs: timeout })),
  describe: ({ service, method, path, field, match, as, certificate }) => {
    const whose = as === undefined ? '' : ` as ${as}`;
    const how = certificate === 'none' ? ' without a certificate' : '';
    const what = field === 'body' ? `body matches ${match}` : field;
    return `${method} ${path} on ${service}${whose}${how}: ${what}`;
  },
  windowMs: () => null,
  async measure({ probe: _, field, match, body, as, ...request }, _span, sight) {
    const answer = await sight.http({
      ...request,
      ...(body === undefined ? {} : { body }),
      ...(as === undefined ? {} : { as }),
    });
    if (answer.kind === 'refused') {
      return { value: 'refused', samples: null, detail: answer.detail };
    }
    const { status, durationMs } = answer;
    const detail = `${status} after ${Math.round(durationMs)} ms`;
    switch (field) {
      case 'status':
        return { value: status, samples: null, detail };
      case 'latency':
        return { value: durationMs, samples: null, detail };
      case 'body':
        return matching(match ?? '', answer.body, detail);
    }
  },
};

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const MATCH = new Script('new RegExp(pattern).test(text)');

/** Looks for the pattern, but not for ever: it comes from outside and may backtrack without end. */
function matching(pattern: string, text: string, detail: string): Reading {
  try {
    const found: unknown = MATCH.runInContext(createContext({ pattern, text }), {
      timeout: MATCH_TIMEOUT_MS,
    });
    return { value: found === true, samples: null, detail };
  } catch {
    const limit = `looking for the pattern took more than ${MATCH_TIMEOUT_MS} ms`;
    return { value: null, samples: null, detail: `${detail}; ${limit}` };
  }
}
