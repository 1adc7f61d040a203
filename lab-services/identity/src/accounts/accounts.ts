import { createHash } from 'node:crypto';
import type { Clock } from '@faultline/chassis/core';
import { derivePassword } from '@faultline/chassis/core';
import type { Database, User } from '@faultline/chassis';
import { hashPassword, isPassword } from './password-hash.ts';
import { findPerson } from './people.ts';

/** How an attempt to log in ended. */
export type LoginOutcome =
  | { kind: 'accepted'; user: User }
  | { kind: 'refused' }
  /** Too many wrong passwords: nothing is looked at for a while. */
  | { kind: 'locked'; seconds: number }
  /** The service was not told yet what passwords are derived from. */
  | { kind: 'not-ready' };

/** The people who can log in. */
export interface Accounts {
  logIn(id: string, password: string): Promise<LoginOutcome>;
}

export interface AccountsOptions {
  database: Database;
  clock: Clock;
  passwordSeed: () => string | null | undefined;
}

const WRONG_PASSWORDS = 10;
const WINDOW_MS = 60_000;
const LONGEST_PASSWORD = 200;

/** Creates the accounts. Passwords are hashed when they are first needed, not all at the start. */
export function createAccounts({ database, clock, passwordSeed }: AccountsOptions): Accounts {
  /** Wrong passwords by account; only accounts that exist, so it cannot grow beyond them. */
  const wrong = new Map<string, { count: number; sinceMs: number }>();

  async function hashOf(id: string, seed: string): Promise<string> {
    const digest = createHash('sha256').update(seed).digest('base64url');
    const [row] = await database.query<{ hash: string }>(
      'select password',
      'SELECT hash FROM passwords WHERE account_id = $1 AND seed = $2',
      [id, digest],
    );
    if (row) return row.hash;
    const hash = await hashPassword(await derivePassword(seed, id));
    await database.query(
      'upsert password',
      `INSERT INTO passwords (account_id, hash, seed) VALUES ($1, $2, $3)
       ON CONFLICT (account_id) DO UPDATE SET hash = EXCLUDED.hash, seed = EXCLUDED.seed`,
      [id, hash, digest],
    );
    return hash;
  }

  function lockedForS(id: string): number {
    const failures = wrong.get(id);
    if (!failures) return 0;
    const leftMs = failures.sinceMs + WINDOW_MS - clock.monotonicMs();
    if (leftMs <= 0) wrong.delete(id);
    return failures.count >= WRONG_PASSWORDS && leftMs > 0 ? Math.ceil(leftMs / 1_000) : 0;
  }

  return {
    async logIn(id, password) {
      const seed = passwordSeed();
      if (!seed) return { kind: 'not-ready' };
      const user = findPerson(id);
      const seconds = user ? lockedForS(id) : 0;
      if (seconds > 0) return { kind: 'locked', seconds };
      if (password.length > LONGEST_PASSWORD) return { kind: 'refused' };
      // For an id that nobody has the same work is done: the time taken tells nothing.
      const good = await isPassword(password, await hashOf(user?.id ?? 'customer-001', seed));
      if (user && good) {
        wrong.delete(id);
        return { kind: 'accepted', user };
      }
      if (user) {
        const failures = wrong.get(id) ?? { count: 0, sinceMs: clock.monotonicMs() };
        wrong.set(id, { ...failures, count: failures.count + 1 });
      }
      return { kind: 'refused' };
    },
  };
}
