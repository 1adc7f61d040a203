import { Worker } from 'node:worker_threads';
import type { Clock } from '../core/index.ts';
import type { ActiveFault, ActiveFaults } from './active-faults.ts';

/** Between two stalls the event loop runs this long at least, so that it hears of their end. */
const SHORTEST_BREATH_MS = 10;

/** Lets faults of kind `process.*` act on this process until disposed. */
export function sufferProcessFaults(faults: ActiveFaults, clock: Clock): Disposable {
  const following = new DisposableStack();
  following.use(
    faults.during('process.cpu-hog', ({ fault, over }) => {
      for (let thread = 0; thread < fault.threads; thread++)
        runUntil(over, new URL('./workers/spin.ts', import.meta.url));
    }),
  );
  following.use(
    faults.during('process.memory-pressure', ({ fault, over }) => {
      runUntil(over, new URL('./workers/hoard.ts', import.meta.url), fault.bytes);
    }),
  );
  following.use(
    faults.during('process.event-loop-stall', (active) => {
      void stallAgainAndAgain(active, clock);
    }),
  );
  return following;
}

/** Runs a thread that ends with the fault; what it kept goes with its heap. */
function runUntil(over: AbortSignal, file: URL, workerData?: number): void {
  const worker = new Worker(file, { workerData, execArgv: [] });
  // One that cannot go on (no memory is left) must not take the process along.
  worker.on('error', () => undefined);
  worker.unref();
  over.addEventListener('abort', () => void worker.terminate(), { once: true });
}

async function stallAgainAndAgain(
  { fault, over, leftMs }: ActiveFault<'process.event-loop-stall'>,
  clock: Clock,
): Promise<void> {
  const { stallMs, everyMs } = fault;
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  const breathMs = Math.max(SHORTEST_BREATH_MS, everyMs - stallMs);
  for (;;) {
    await clock.sleep(breathMs, over).catch(() => undefined);
    if (over.aborted) return;
    // Stands still without costing the processor anything, and never longer than it was told.
    Atomics.wait(nothing, 0, 0, Math.min(stallMs, Math.max(1, leftMs())));
  }
}
