import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import {
  chassisFaultsSchema,
  registrySnapshotSchema,
  type ChassisFaults,
  type Clock,
  type Random,
  type RegistrySnapshot,
  type ServiceEnvironment,
  type Workload,
  workloadSchema,
} from '../core/index.ts';
import { createSseParser } from './sse-parser.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** Three heartbeats of 5 s: a connection this silent is dead. */
const SILENCE_MS = 15_000;
const LARGEST_EVENT = 4 * 1_048_576;

/** The subscription to the registry; delivers the last known configuration for as long as it is away. */
export interface RegistrySubscription extends AsyncDisposable {
  /** Throws until the first snapshot came; afterwards an absent registry does no harm. */
  check(): void;
}

export interface RegistrySubscriptionOptions {
  environment: ServiceEnvironment;
  log: Logger;
  clock: Clock;
  random: Random;
  /** Called with each snapshot. */
  apply(snapshot: RegistrySnapshot): void;
  /** Called with each workload document. */
  applyWorkload(workload: Workload): void;
  /** Called with everything that acts inside this instance, again and again while something does. */
  applyFaults(faults: ChassisFaults): void;
}

/** Subscribes, and subscribes again with backoff whenever the connection ends. */
export function subscribeToRegistry(options: RegistrySubscriptionOptions): RegistrySubscription {
  const { environment, log, clock, random } = options;
  const url = new URL(`${environment.REGISTRY_URL.replace(/\/$/, '')}/registry/v1/watch`);
  url.searchParams.set('service', environment.SERVICE_NAME);
  url.searchParams.set('instance', environment.INSTANCE_ID);
  const end = new AbortController();
  let received = false;
  let problem = 'no snapshot received yet';

  async function follow(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!end.signal.aborted) {
      const error = await watch(url, environment.WORKLOAD_TOKEN, end.signal, {
        snapshot(data) {
          options.apply(registrySnapshotSchema.parse(JSON.parse(data)));
          received = true;
          pauseMs = FIRST_PAUSE_MS;
        },
        workload: (data) => options.applyWorkload(parseWorkload(data)),
        faults: (data) => options.applyFaults(chassisFaultsSchema.parse(JSON.parse(data))),
      });
      if (end.signal.aborted) return;
      problem = error.message;
      log.debug({ detail: problem }, 'registry connection ended');
      await clock.sleep(random.next() * pauseMs, end.signal).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  const following = follow();
  return {
    check() {
      if (!received) throw new Error(problem);
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('subscription ended'));
      await following;
    },
  };
}

/** What is done with the data of each event. */
interface Readers {
  snapshot(data: string): void;
  workload(data: string): void;
  faults(data: string): void;
}

/** Parsers quote what they cannot read; none of this may be quoted anywhere. */
function parseWorkload(data: string): Workload {
  try {
    return workloadSchema.parse(JSON.parse(data));
  } catch {
    throw new Error('The workload document of the registry breaks its schema');
  }
}

/** One connection to the registry; resolves with the reason when it is over. */
function watch(
  url: URL,
  token: string | undefined,
  signal: AbortSignal,
  apply: Readers,
): Promise<Error> {
  return new Promise((resolve) => {
    const request: ClientRequest = get(url, {
      headers: {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      agent: false,
      signal,
      timeout: SILENCE_MS,
    });
    request.on('timeout', () => request.destroy(new Error(`silent for ${SILENCE_MS} ms`)));
    request.on('error', resolve);
    request.on('response', (response) => {
      if (response.statusCode === 200) read(response, apply, resolve);
      else request.destroy(new Error(`status ${response.statusCode}`));
    });
  });
}

function read(response: IncomingMessage, apply: Readers, over: (reason: Error) => void): void {
  const parse = createSseParser(LARGEST_EVENT);
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    try {
      for (const { event, data } of parse(chunk)) {
        if (event === 'snapshot' || event === 'workload' || event === 'faults') apply[event](data);
      }
    } catch (error) {
      response.destroy(error as Error);
    }
  });
  response.on('error', over);
  response.on('close', () => over(new Error('connection closed')));
}
