import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { pino } from 'pino';
import { createCollector, PortUnavailableError, StoreUnavailableError } from './index.ts';
import { parseOptions } from './options.ts';

const parsed = parseOptions(process.argv.slice(2));
const log = pino({ level: parsed.ok ? parsed.options['log-level'] : 'info' });
if (!parsed.ok) {
  log.fatal(parsed.problem);
  process.exit(1);
}
const { options } = parsed;
// What gRPC has to say about a taken port is said below, once.
setLogVerbosity(logVerbosity.NONE);

try {
  const collector = await createCollector({
    host: options.host,
    httpPort: options['http-port'],
    grpcPort: options['grpc-port'],
    dataDir: options['data-dir'],
    storeLimitBytes: options['store-limit-bytes'],
    allowedHosts: options['allow-host'],
    log,
  });
  const { httpPort, grpcPort } = collector;
  // At every level: whoever started the collector waits for this line.
  process.stdout.write(
    `${JSON.stringify({ level: 30, time: Date.now(), msg: 'ready', httpPort, grpcPort })}\n`,
  );

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    collector.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'the collector did not end cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
} catch (error) {
  if (error instanceof PortUnavailableError) {
    log.fatal(`${error.message}. End what uses it, or choose others: --http-port, --grpc-port.`);
  } else if (error instanceof StoreUnavailableError) {
    log.fatal(error.message);
  } else {
    log.fatal({ err: error }, 'the collector could not start');
  }
  process.exit(1);
}
