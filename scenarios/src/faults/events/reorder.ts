import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { sayTopic, topicField, topicOf } from './event-fields.ts';

/** Events out of order: the cancellation before the order. */
export const reorder = createToldFault({
  kind: 'events.reorder',
  title: 'Reorder',
  summary: 'Collects events for up to a second and hands them to the consumers in reverse order.',
  schema: z.strictObject({
    kind: z.literal('events.reorder'),
    window: integerField({
      ...{ title: 'Window', unit: 'events', minimum: 2, maximum: 100, default: 10 },
      description: 'How many events of a partition change their order',
    }),
    topic: topicField,
  }),
  describe: (spec) => `events${sayTopic(spec)} reversed, ${spec.window} at a time`,
  fields: (spec) => ({ ...topicOf(spec), window: spec.window }),
});
