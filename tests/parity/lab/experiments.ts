import { breakersSchema, redSnapshotSchema, sagaPageSchema } from '@faultline/collector/contract';
import type { Lab } from '../../lab/lab.ts';

/** How to look for something. @param lastedMs time since the fault was applied, milliseconds */
export type Sighting = (lab: Lab, lastedMs: number) => Promise<boolean>;

/** Window of the rates that are looked at; what is older than the fault must have left it. */
const WINDOW_MS = 5000;

/** One thing that is done to a lab, and what every runtime must show of it. */
export interface Experiment {
  /** The claim, as a sentence. */
  name: string;
  /** Body of `POST /api/faults`. */
  fault: Readonly<Record<string, unknown>>;
  /** Looked for while the fault lasts, one after the other. */
  during: Readonly<Record<string, Sighting>>;
  /** Whose events are compared, in their order. */
  watched: { link?: string; instance?: string };
}

const CHECKOUT = 'orders';

async function breakerIs(lab: Lab, link: string, state: string): Promise<boolean> {
  const { breakers } = await lab.get('/api/breakers', breakersSchema);
  return breakers.some((breaker) => breaker.link === link && breaker.state === state);
}

/** RED of a service over the last 5 s; nothing while it had no request. */
async function red(lab: Lab, service: string) {
  const { services } = await lab.get('/api/red?window=5s', redSnapshotSchema);
  return services.find((row) => row.service === service && !row.operation && row.count > 0);
}

const erring: Sighting = async (lab) => ((await red(lab, CHECKOUT))?.errorRatio ?? 0) > 0.05;
const opened =
  (link: string): Sighting =>
  (lab) =>
    breakerIs(lab, link, 'open');

/** Nothing fails and no breaker is open: how an experiment begins and must end. */
export const steady = async (lab: Lab): Promise<boolean> => {
  const { breakers } = await lab.get('/api/breakers', breakersSchema);
  const orders = await red(lab, CHECKOUT);
  return (
    (await lab.fleet()).state === 'ready' &&
    breakers.every(({ state }) => state === 'closed') &&
    orders !== undefined &&
    orders.errorRatio === 0
  );
};

/** The set that both runtimes go through. */
export const EXPERIMENTS: readonly Experiment[] = [
  {
    name: 'a latency of 2 s on orders->payments opens the breaker and compensates sagas',
    fault: { kind: 'network.latency', link: 'orders->payments', latencyMs: 2000 },
    during: {
      'the breaker opens': opened('orders->payments'),
      'orders fail': erring,
      'sagas are compensated': async (lab) =>
        (await lab.get('/api/sagas?limit=1', sagaPageSchema)).counts.compensated > 0,
    },
    watched: { link: 'orders->payments' },
  },
  {
    name: 'a partition of orders->inventory opens the breaker',
    fault: { kind: 'network.partition', link: 'orders->inventory' },
    during: { 'the breaker opens': opened('orders->inventory'), 'orders fail': erring },
    watched: { link: 'orders->inventory' },
  },
  {
    name: 'a crash of one payments instance is mended by a restart',
    fault: { kind: 'process.crash', instance: 'payments-1' },
    during: {
      'it was restarted': async (lab) => {
        const { services } = await lab.fleet();
        const payments = services.find(({ name }) => name === 'payments');
        const crashed = payments?.instances.find(({ id }) => id === 'payments-1');
        return crashed !== undefined && crashed.restarts > 0 && crashed.state === 'ready';
      },
    },
    watched: { instance: 'payments-1' },
  },
  {
    name: 'without the broker checkout goes on',
    fault: { kind: 'process.crash', instance: 'kafka-1', stayDown: true },
    during: {
      'the broker is down': async (lab) =>
        (await lab.fleet()).resources.some(
          ({ name, instances }) =>
            name === 'kafka' && instances.every(({ state }) => state === 'crashed'),
        ),
      'orders are placed without errors': async (lab, lastedMs) =>
        lastedMs > 2 * WINDOW_MS && (await red(lab, CHECKOUT))?.errorRatio === 0,
    },
    watched: { instance: 'kafka-1' },
  },
  {
    name: 'a slow database makes its service slow',
    fault: { kind: 'network.latency', link: 'payments->postgres', latencyMs: 150 },
    during: {
      'payments are slow': async (lab) => ((await red(lab, 'payments'))?.p95Ms ?? 0) > 250,
    },
    watched: { link: 'payments->postgres' },
  },
];
