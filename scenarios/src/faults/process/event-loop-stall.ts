import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { sayMilliseconds } from '../units.ts';

/**
 * Something that takes its time on the one thread that answers. A stall is shorter than what an
 * instance is told at a time, so that it hears in between that the fault goes on.
 */
export const eventLoopStall = createToldFault({
  kind: 'process.event-loop-stall',
  title: 'Event loop stall',
  summary: 'Makes the event loop stand still again and again: everything waits.',
  schema: z.strictObject({
    kind: z.literal('process.event-loop-stall'),
    stallMs: integerField({
      ...{ title: 'Stall', unit: 'ms', minimum: 1, maximum: 2000, default: 500 },
      description: 'How long it stands still',
    }),
    everyMs: integerField({
      ...{ title: 'Every', unit: 'ms', minimum: 10, maximum: 600_000, default: 1000 },
      description: 'From the beginning of one stall to that of the next',
    }),
  }),
  describe: ({ stallMs, everyMs }) =>
    `event loop stalled for ${sayMilliseconds(stallMs)} every ${sayMilliseconds(everyMs)}`,
});
