import type { Clock } from '@faultline/chassis/core';
import type Docker from 'dockerode';
import { reasonOf } from '../runtimes/docker/engine-problem.ts';
import { resetProxies } from './proxies.ts';
import { removeEverything, resumePaused, type SweptLab } from './sweeper.ts';
import { beginWatch, hear, look, LOOK_MS, type Duty, type Step } from './watch.ts';

/** What a janitor watches over. */
export interface JanitorOptions extends SweptLab {
  /** Base URL of the Toxiproxy API. */
  proxyApiUrl: string;
  /** Silence after which everything is removed, milliseconds. */
  graceMs: number;
  /** Opens the way to the engine; asked again while it fails. */
  openEngine: () => Promise<Docker>;
  log: (event: string, detail?: object) => void;
  clock: Clock;
}

/** A janitor at work. */
export interface Janitor {
  /** A line from the control plane. */
  hear(line: string): void;
  /** Resolves when there is nothing left to do: the lab is removed, or the control plane left. */
  readonly ended: Promise<void>;
}

const RETRY_MS = 250;

/** Starts to watch. See {@link Watch} for what happens when. */
export function startJanitor(options: JanitorOptions): Janitor {
  const { clock, log, graceMs } = options;
  const end = Promise.withResolvers<void>();
  let watch = beginWatch(clock.monotonicMs());
  let clearing = new AbortController();

  const duties: Record<NonNullable<Duty>, () => void> = {
    'clear-faults': () => {
      log('the control plane is silent');
      clearing = new AbortController();
      void clearFaults(options, clearing.signal);
    },
    recover: () => {
      log('the control plane is back');
      clearing.abort();
    },
    'remove-everything': () => {
      clearing.abort();
      log('the lab is removed');
      void removeLab(options).then(end.resolve);
    },
    leave: () => {
      clearing.abort();
      log('the control plane left');
      end.resolve();
    },
  };
  const take = (step: Step): void => {
    ({ watch } = step);
    if (step.duty !== null) duties[step.duty]();
  };
  const keepLooking = async (): Promise<void> => {
    while (watch.kind === 'listening' || watch.kind === 'silent') {
      await clock.sleep(LOOK_MS);
      take(look(watch, clock.monotonicMs(), graceMs));
    }
  };
  void keepLooking();
  return {
    hear: (line) => take(hear(watch, line, clock.monotonicMs())),
    ended: end.promise,
  };
}

/** Paused containers first: the proxy server may be one of them. */
async function clearFaults(options: JanitorOptions, signal: AbortSignal): Promise<void> {
  await untilDone('resume what is paused', options, signal, async () => {
    const resumed = await resumePaused(await options.openEngine(), options);
    if (resumed.length > 0) options.log('resumed', { instances: resumed });
  });
  await untilDone('reset the proxies', options, signal, async () => {
    await resetProxies(options.proxyApiUrl, signal);
    options.log('the proxies are free of faults');
  });
}

async function removeLab(options: JanitorOptions): Promise<void> {
  await untilDone('remove the lab', options, new AbortController().signal, async () => {
    await removeEverything(await options.openEngine(), options);
    options.log('nothing of the lab is left');
  });
}

/** Tries until it succeeds or `signal` aborts; a reason is told once, not every time. */
async function untilDone(
  what: string,
  { clock, log }: JanitorOptions,
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told && !signal.aborted) log(`cannot ${what} yet`, { reason });
      told = reason;
    }
    await clock.sleep(RETRY_MS, signal).catch(() => undefined);
  }
}
