import { z } from 'zod';
import { createToxicFault } from './toxic-fault.ts';

/**
 * The two ends of the links no longer hear each other, or only one way. A black hole in each
 * direction named: bytes of old and new connections vanish, and nobody is told.
 */
export const partition = createToxicFault({
  kind: 'network.partition',
  title: 'Partition',
  summary: 'Cuts one or several links, both ways or one way: bytes vanish without an answer.',
  selects: 'links',
  schema: z.strictObject({
    kind: z.literal('network.partition'),
    direction: z.enum(['both', 'requests', 'responses']).default('both').meta({
      title: 'Direction',
      unit: '',
      description: 'What is lost: requests to the callee, its responses, or both',
    }),
  }),
  describe: ({ direction }) =>
    direction === 'both' ? 'partition' : `partition, ${direction} are lost`,
  toxic: () => ({ type: 'timeout', attributes: { timeout: 0 } }),
  streams: ({ direction }) => {
    if (direction === 'both') return ['upstream', 'downstream'];
    return direction === 'requests' ? ['upstream'] : ['downstream'];
  },
});
