import { createPortFinder, type ProcessHost } from '@faultline/fleet';

/** Id of the collector among the host's processes. */
export const COLLECTOR = 'collector';

/** Where the collector listens. */
export interface CollectorAddress {
  httpPort: number;
  grpcPort: number;
  /** What a person should know about it; empty if everything is as usual. */
  notes: string[];
}

const USUAL = { httpPort: 4318, grpcPort: 4317 };
/** Delays before restarts in a row, milliseconds. */
const RESTART_MS = [200, 1000, 2000, 5000];
const STEADY_MS = 30_000;

/** Chooses the usual ports of OTLP, or free ones if somebody has them. */
export async function chooseCollectorAddress(): Promise<CollectorAddress> {
  const finder = createPortFinder();
  const httpPort = await finder.find(USUAL.httpPort);
  const grpcPort = await finder.find(USUAL.grpcPort);
  const notes = [
    ...(httpPort === USUAL.httpPort
      ? []
      : [`port ${USUAL.httpPort} is taken: OTLP over HTTP is on ${httpPort}`]),
    ...(grpcPort === USUAL.grpcPort
      ? []
      : [`port ${USUAL.grpcPort} is taken: OTLP over gRPC is on ${grpcPort}`]),
  ];
  return { httpPort, grpcPort, notes };
}

/** What the keeper of the collector works with. */
export interface CollectorOptions {
  host: ProcessHost;
  address: CollectorAddress;
  root: string;
  dataDir: string;
  /** Started, ready, or ended unexpectedly (then it is started again). */
  onState: (state: 'starting' | 'ready' | 'failed', detail: string) => void;
}

/** Its spans are on the heap for a moment only: a small one keeps the whole below 200 MB. */
const NODE_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=256'];

/** Keeps the collector running until told to stop; the function returned tells it. */
export async function keepCollector(options: CollectorOptions): Promise<() => void> {
  const { host, address, root, dataDir, onState } = options;
  let inARow = 0;
  let readyAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const start = async (): Promise<void> => {
    onState('starting', '');
    await host.spawn({
      id: COLLECTOR,
      command: [
        process.execPath,
        ...NODE_FLAGS,
        `${root}/collector/src/main.ts`,
        ...['--host', '127.0.0.1'],
        ...['--http-port', String(address.httpPort), '--grpc-port', String(address.grpcPort)],
        ...['--data-dir', `${dataDir}/collector`],
        ...(process.env.LOG_LEVEL ? ['--log-level', process.env.LOG_LEVEL] : []),
      ],
      cwd: root,
      env: {},
    });
  };
  const unsubscribe = host.subscribe(({ kind, process: status }) => {
    if (status.spec.id !== COLLECTOR) return;
    if (kind === 'ready') {
      readyAt = Date.now();
      onState('ready', `OTLP on ${address.httpPort} (HTTP) and ${address.grpcPort} (gRPC)`);
    }
    if (kind !== 'exited') return;
    if (readyAt > 0 && Date.now() - readyAt > STEADY_MS) inARow = 0;
    const delay = RESTART_MS[Math.min(inARow, RESTART_MS.length - 1)];
    inARow += 1;
    void host.logs(COLLECTOR, 1).then(([last]) => onState('failed', last ?? ''));
    timer = setTimeout(() => void start().catch(() => undefined), delay);
  });
  await start();
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
