import { z } from 'zod';
import { choiceField, integerField } from '../fields.ts';
import { createLoadFault } from './load-fault.ts';

/** The way of the customers into the shop. */
const ENTRANCE = 'loadgen->edge';

/** Customers on a bad line, or with bad intentions (slowloris). */
export const slowClients = createLoadFault({
  kind: 'load.slow-clients',
  title: 'Slow clients',
  summary: 'Opens connections to the edge that send requests, or read answers, very slowly.',
  schema: z.strictObject({
    kind: z.literal('load.slow-clients'),
    connections: integerField({
      ...{ title: 'Connections', unit: 'connections', minimum: 1, maximum: 500, default: 100 },
      description: 'Held all the time: closed ones are opened again',
    }),
    does: choiceField(
      {
        title: 'What is slow',
        description: 'send: a request that never ends; read: the answers of eight requests',
      },
      ['send', 'read'],
    ),
    bytesPerSecond: integerField({
      ...{ title: 'Rate', unit: 'bytes/s', minimum: 1, maximum: 10_000, default: 5 },
      description: 'Of each connection',
    }),
  }),
  describe: ({ connections, does, bytesPerSecond }) =>
    `${connections} clients that ${does} ${bytesPerSecond} bytes/s`,
  fault({ connections, does, bytesPerSecond }, { fleet }) {
    const endpoints = fleet.endpoints(ENTRANCE).map(({ host, port }) => ({ host, port }));
    if (endpoints.length === 0) throw new Error(`${ENTRANCE} leads nowhere: is the edge running?`);
    return { kind: 'slow-clients', connections, does, bytesPerSecond, endpoints };
  },
});
