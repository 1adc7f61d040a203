import { systemClock, systemIds } from '@faultline/chassis/core/ambient';
import { pino } from 'pino';
import { startBroker } from './broker.ts';
import { parseFlags } from './flags.ts';
import type { BrokerSettings } from './options.ts';
import { explainStartFailure } from './start-failure.ts';

/** Runs a broker as its command line says until it is told to stop; logs JSON lines. */
export async function run(args: readonly string[]): Promise<void> {
  const log = pino({ base: { service: 'kafka' }, level: process.env['LOG_LEVEL'] ?? 'info' });
  let settings: BrokerSettings | undefined;
  try {
    settings = parseFlags(args);
    const broker = await startBroker(settings, { clock: systemClock, ids: systemIds, log });
    const stop = (signal: NodeJS.Signals) => {
      log.info({ signal }, 'stopping');
      void broker.close().then(() => process.exit(0));
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    log.info({ host: broker.host, port: broker.port }, 'ready');
  } catch (error) {
    log.fatal(explainStartFailure(error, settings));
    process.exitCode = 1;
  }
}
