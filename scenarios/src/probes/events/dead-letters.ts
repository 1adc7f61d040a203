import { z } from 'zod';
import { nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { toldBy } from '../told-by.ts';

/** How many messages were given up. */
export const deadLetters: ProbeKind<{ probe: 'deadletters'; topic?: string | undefined }> = {
  kind: 'deadletters',
  title: 'Dead letters',
  summary: 'Messages that consumers gave up and that wait on the dead-letter topics.',
  unit: 'count',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('deadletters'),
    topic: nameField('Only those of this topic').optional(),
  }),
  describe: ({ topic }) => `dead letters${topic === undefined ? '' : ` of ${topic}`}`,
  windowMs: () => null,
  measure: ({ topic }, _span, sight) =>
    toldBy(sight.topics(), (topics) => {
      const meant = topics.filter((one) => topic === undefined || one.topic === topic);
      if (meant.length === 0) {
        return { value: null, samples: null, detail: `there is no topic ${topic ?? ''}`.trim() };
      }
      return { value: meant.reduce((sum, one) => sum + one.deadLetters, 0), samples: null };
    }),
};
