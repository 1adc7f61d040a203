import { z } from 'zod';
import { nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { toldBy } from '../told-by.ts';

type LagSpec = { probe: 'consumer.lag'; topic?: string | undefined; group?: string | undefined };

/** How many messages wait for their consumers. */
export const consumerLag: ProbeKind<LagSpec> = {
  kind: 'consumer.lag',
  title: 'Consumer lag',
  summary:
    'Messages between what consumer groups have committed and the end of their topics, added up over the groups and topics that are meant.',
  unit: 'count',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('consumer.lag'),
    topic: nameField('Only this topic').optional(),
    group: nameField('Only this consumer group').optional(),
  }),
  describe: ({ topic, group }) =>
    `lag${group === undefined ? '' : ` of ${group}`}${topic === undefined ? '' : ` on ${topic}`}`,
  windowMs: () => null,
  measure: ({ topic, group }, _span, sight) =>
    toldBy(sight.topics(), (topics) => {
      const lags = topics
        .filter((one) => topic === undefined || one.topic === topic)
        .flatMap((one) => one.groups)
        .filter((own) => group === undefined || own.group === group);
      if (lags.length === 0) return { value: null, samples: null, detail: 'nobody reads it' };
      return {
        value: lags.reduce((sum, { lag }) => sum + lag, 0),
        samples: null,
        detail: lags.map((one) => `${one.group} ${one.lag}`).join(', '),
      };
    }),
};
