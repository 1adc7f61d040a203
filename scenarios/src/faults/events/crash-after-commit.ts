import { z } from 'zod';
import { createToldFault } from '../told/told-fault.ts';
import { shareField } from './event-fields.ts';

/** The gap between the database and the broker: what the outbox is good for. */
export const crashAfterCommit = createToldFault({
  kind: 'events.crash-after-commit',
  title: 'Crash after commit',
  summary:
    'Kills the process right after a transaction committed, before it does what comes next: answer, send an event.',
  schema: z.strictObject({
    kind: z.literal('events.crash-after-commit'),
    ratio: shareField('commits'),
  }),
  describe: ({ ratio }) =>
    `crash after ${ratio === 1 ? 'a commit' : `${Number((ratio * 100).toFixed(1))} % of commits`}`,
});
