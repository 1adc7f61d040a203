import { z } from 'zod';
import { formatDuration } from '../../document/units.ts';
import { nameField, windowField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { inMilliseconds } from '../red/subject.ts';
import { countEvents } from './count-events.ts';

const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

type LogSpec = {
  probe: 'log';
  event?: string | undefined;
  service?: string | undefined;
  severity?: (typeof SEVERITIES)[number] | undefined;
  attributes: Record<string, string | number | boolean>;
  windowMs: number;
};

/** How often something was told. */
export const log: ProbeKind<LogSpec> = {
  kind: 'log',
  title: 'Log records and events',
  summary:
    'How many log records or events there were within the span. 20,000 records are looked at; beyond, the value is a lower bound, and the detail says so.',
  unit: 'count',
  minimumSamples: 0,
  schema: z
    .strictObject({
      probe: z.literal('log'),
      event: nameField('Name of an event, or its beginning with `*`: `saga.*`').optional(),
      service: nameField('Only of this service').optional(),
      severity: z
        .enum(SEVERITIES, { error: `is one of ${SEVERITIES.join(', ')}` })
        .optional()
        .meta({ description: 'At least this severe' }),
      attributes: z
        .record(z.string().min(1).max(200), z.union([z.string().max(500), z.number(), z.boolean()]))
        .default({})
        .meta({
          description:
            'Values that it must have, `*` for any run of characters; named in full (`breaker.to`) or by the last word (`to`)',
        }),
      window: windowField('30s'),
    })
    .transform(inMilliseconds),
  describe: ({ event, service, severity, attributes, windowMs }) => {
    const what = event ?? (severity === undefined ? 'log records' : `records from ${severity} on`);
    const values = Object.entries(attributes).map(([name, value]) => ` ${name} ${value}`);
    const whose = service === undefined ? '' : ` of ${service}`;
    return `${what}${values.join(',')}${whose} over ${formatDuration(windowMs)}`;
  },
  windowMs: ({ windowMs }) => windowMs,
  async measure({ event, service, severity, attributes }, span, sight) {
    const filter = { event, service, severity, attributes };
    const { count, truncated } = await countEvents(filter, span, sight);
    return {
      value: count,
      samples: null,
      ...(truncated ? { detail: 'at least so many: there were too many records to read' } : {}),
    };
  },
};
