import { z } from 'zod';
import { createToldFault } from '../told/told-fault.ts';
import { sayTopic, shareField, topicField, topicOf } from './event-fields.ts';

/** At least once: events come again, as after a consumer that died before its commit. */
export const duplicate = createToldFault({
  kind: 'events.duplicate',
  title: 'Duplicate',
  summary: 'Hands events to the consumers of a service twice.',
  schema: z.strictObject({
    kind: z.literal('events.duplicate'),
    ratio: shareField('events'),
    topic: topicField,
  }),
  describe: (spec) => `duplicates${sayTopic(spec)}${share(spec.ratio)}`,
  fields: (spec) => ({ ...topicOf(spec), ratio: spec.ratio }),
});

function share(ratio: number): string {
  return ratio === 1 ? '' : ` for ${Number((ratio * 100).toFixed(1))} % of events`;
}
