import { systemClock, systemIds } from '@faultline/chassis/core/ambient';
import { pino } from 'pino';
import { startBroker, type Broker } from './broker.ts';
import { parseOptions, type BrokerOptions } from './options.ts';

export type { Broker, BrokerOptions };

/**
 * Starts a broker inside this process: one node that speaks Kafka's wire protocol to unmodified
 * clients and keeps its messages in `options.dataDir`. It logs nothing.
 *
 * @param options see `BrokerOptions`; only `dataDir` is required, and `port: 0` takes a free port
 * @throws OptionError for an option out of range, a system error (EADDRINUSE, EACCES, ENOSPC, …)
 *   for what the machine refuses, FolderInUse when another broker has the folder
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  return startBroker(parseOptions({ ...options }), {
    clock: systemClock,
    ids: systemIds,
    log: pino({ level: 'silent' }),
  });
}
