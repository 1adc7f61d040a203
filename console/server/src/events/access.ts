import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import { ApiProblem } from '../http/problems.ts';
import { openBroker, type Broker } from './broker.ts';

/** The way to the fleet's broker: opened when somebody looks, closed when nobody does. */
export interface BrokerAccess extends AsyncDisposable {
  /** Throws {@link ApiProblem} `broker-unreachable` when `work` fails or takes too long. */
  use<T>(work: (broker: Broker) => Promise<T>): Promise<T>;
}

/** Longest time that `work` may take, milliseconds: an answer is due within 3 s. */
const ANSWER_MS = 2_800;
/** A connection that nobody used for so long is closed, milliseconds. */
const IDLE_MS = 20_000;
const PART = 'kafka';

/** Creates access to the broker of `fleet`, straight and not through a proxy of a link. */
export function createBrokerAccess(fleet: Fleet, clock: Clock): BrokerAccess {
  return new LazyAccess(fleet, clock);
}

interface Connection {
  address: string;
  broker: Promise<Broker>;
}

class LazyAccess implements BrokerAccess {
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  #connection: Connection | null = null;
  #users = 0;
  #rest = new AbortController();

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  async use<T>(work: (broker: Broker) => Promise<T>): Promise<T> {
    const { host, port, instance } = this.#address();
    this.#rest.abort();
    this.#users += 1;
    const connection = this.#connect(host, port);
    const late = new AbortController();
    try {
      const working = connection.broker.then(work);
      const deadline = this.#clock.sleep(ANSWER_MS, late.signal).then(() => {
        throw new Error(`no answer within ${ANSWER_MS / 1000} s`);
      });
      return await Promise.race([working, deadline]);
    } catch (error) {
      if (error instanceof ApiProblem) throw error;
      void this.#drop(connection);
      throw unreachable(instance, `${host}:${port}`, error);
    } finally {
      late.abort();
      this.#users -= 1;
      if (this.#users === 0) this.#closeLater();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#rest.abort();
    const connection = this.#connection;
    if (connection) await this.#drop(connection);
  }

  #address(): { host: string; port: number; instance: string } {
    const { phase, resources } = this.#fleet.status();
    const [instance] = resources.find(({ name }) => name === PART)?.instances ?? [];
    const url = instance && this.#fleet.directUrl(instance.id);
    if (phase === 'stopped' || !url) {
      throw new ApiProblem(
        'fleet-not-running',
        'the broker runs with the fleet: launch it, POST /api/fleet/launch',
      );
    }
    const { hostname, port } = new URL(url);
    return { host: hostname, port: Number(port), instance: instance.id };
  }

  #connect(host: string, port: number): Connection {
    const address = `${host}:${port}`;
    if (this.#connection?.address === address) return this.#connection;
    if (this.#connection) void this.#drop(this.#connection);
    this.#connection = { address, broker: openBroker(host, port) };
    return this.#connection;
  }

  async #drop(connection: Connection): Promise<void> {
    if (this.#connection === connection) this.#connection = null;
    const broker = await connection.broker.catch(() => null);
    await broker?.[Symbol.asyncDispose]();
  }

  #closeLater(): void {
    this.#rest = new AbortController();
    void this.#clock.sleep(IDLE_MS, this.#rest.signal).then(
      () => this.#connection && this.#drop(this.#connection),
      () => undefined,
    );
  }
}

function unreachable(instance: string, address: string, error: unknown): ApiProblem {
  const cause = error instanceof Error ? error.message : String(error);
  return new ApiProblem(
    'broker-unreachable',
    `${instance} at ${address} does not answer (${cause.slice(0, 300)}); see whether it is paused or ` +
      'crashed on the page Fleet, and resume or start it there',
  );
}
