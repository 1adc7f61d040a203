import { z } from 'zod';
import { createToldFault } from '../told/told-fault.ts';
import { sayTopic, topicField, topicOf } from './event-fields.ts';

/** A consumer that falls behind: lag grows, and projections tell of the past. */
export const consumerPause = createToldFault({
  kind: 'events.consumer-pause',
  title: 'Consumer pause',
  summary: 'Makes the consumers of a service fetch nothing; events wait in the broker.',
  schema: z.strictObject({ kind: z.literal('events.consumer-pause'), topic: topicField }),
  describe: (spec) => `consumers${sayTopic(spec)} paused`,
  fields: (spec) => topicOf(spec),
});
