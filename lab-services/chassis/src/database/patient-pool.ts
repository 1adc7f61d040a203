import pg from 'pg';
import type { Clock } from '../core/index.ts';

/** SQLSTATE `invalid_password`. */
const INVALID_PASSWORD = '28P01';
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 200;

type Callback = Parameters<pg.Pool['connect']>[0];

/**
 * A pool whose new connections survive a change of the password: server and client hear of it a
 * moment apart, in either order, so a password that is refused is asked for and shown again.
 */
export class PatientPool extends pg.Pool {
  readonly #patienceMs: number;
  readonly #clock: Clock;

  /** @param patienceMs how long a password may be refused, milliseconds */
  constructor(patienceMs: number, clock: Clock, config: pg.PoolConfig) {
    super(config);
    this.#patienceMs = patienceMs;
    this.#clock = clock;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | void {
    const connecting = this.#connect();
    if (!callback) return connecting;
    connecting.then(
      (client) => callback(undefined, client, (error?: Error | boolean) => client.release(error)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }

  async #connect(): Promise<pg.PoolClient> {
    const endMs = this.#clock.monotonicMs() + this.#patienceMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await super.connect();
      } catch (error) {
        const isRefused = (error as { code?: string }).code === INVALID_PASSWORD;
        if (!isRefused || this.#clock.monotonicMs() >= endMs) throw error;
        await this.#clock.sleep(pauseMs);
      }
    }
  }
}
