import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Database, Transaction } from '@faultline/chassis';

/** A private signing key as a JSON Web Key (ES256). */
export interface SigningKey {
  kid: string;
  kty: 'EC';
  crv: 'P-256';
  alg: 'ES256';
  use: 'sig';
  x: string;
  y: string;
  d: string;
}

/** All keys that are published: the one that signs first, then the next, then the retired. */
export interface KeySet {
  current: SigningKey;
  next: SigningKey;
  retired: SigningKey[];
}

/** The signing keys, shared by all instances through the database. */
export interface KeyRing {
  /** Makes what is missing at the first start. */
  load(): Promise<KeySet>;
  /** The next key signs from now on, and another becomes the next. */
  rotate(): Promise<KeySet>;
  /**
   * Tokens are signed at once with a key that nobody has heard of; there is no next key before.
   *
   * @param dropFormer former keys are no longer published: what they signed is good no more
   */
  replace(dropFormer: boolean): Promise<KeySet>;
  /** Rotates if the current key signs for longer than `ageMs`; forgets keys that signed nothing valid. */
  rotateIfOlderThan(ageMs: number, publishedMs: number): Promise<KeySet>;
}

/** Any two instances take turns. */
const LOCK = 7_201_401;

/** Creates the ring. */
export function createKeyRing(database: Database): KeyRing {
  const inTurn = (work: (transaction: Transaction) => Promise<void>): Promise<KeySet> =>
    database.transaction(async (transaction) => {
      await transaction.query('lock keys', 'SELECT pg_advisory_xact_lock($1)', [LOCK]);
      await work(transaction);
      return read(transaction);
    });
  return {
    load: () => inTurn(fill),
    rotate: () =>
      inTurn(async (transaction) => {
        await fill(transaction);
        await turn(transaction);
      }),
    replace: (dropFormer) =>
      inTurn(async (transaction) => {
        await transaction.query(
          'delete keys',
          `DELETE FROM signing_keys WHERE state = 'next' OR $1::boolean`,
          [dropFormer],
        );
        await transaction.query(
          'retire key',
          `UPDATE signing_keys SET state = 'retired', since = now() WHERE state = 'current'`,
          [],
        );
        await fill(transaction);
      }),
    rotateIfOlderThan: (ageMs, publishedMs) =>
      inTurn(async (transaction) => {
        await fill(transaction);
        const old = await transaction.query(
          'select old key',
          `SELECT kid FROM signing_keys
           WHERE state = 'current' AND since < now() - $1 * interval '1 millisecond'`,
          [ageMs],
        );
        if (old.length > 0) await turn(transaction);
        await transaction.query(
          'delete retired keys',
          `DELETE FROM signing_keys
           WHERE state = 'retired' AND since < now() - $1 * interval '1 millisecond'`,
          [publishedMs],
        );
      }),
  };
}

async function turn(transaction: Transaction): Promise<void> {
  for (const [from, to] of [
    ['current', 'retired'],
    ['next', 'current'],
  ]) {
    await transaction.query(
      'move key',
      'UPDATE signing_keys SET state = $2, since = now() WHERE state = $1',
      [from, to],
    );
  }
  await insert(transaction, 'next');
}

async function fill(transaction: Transaction): Promise<void> {
  const there = await transaction.query<{ state: string }>(
    'select key states',
    `SELECT state FROM signing_keys WHERE state <> 'retired'`,
  );
  for (const state of ['current', 'next']) {
    if (!there.some((row) => row.state === state)) await insert(transaction, state);
  }
}

async function insert(transaction: Transaction, state: string): Promise<void> {
  const jwk = await makeKey();
  await transaction.query(
    'insert key',
    'INSERT INTO signing_keys (kid, jwk, state) VALUES ($1, $2, $3)',
    [jwk.kid, JSON.stringify(jwk), state],
  );
}

async function read(transaction: Transaction): Promise<KeySet> {
  const rows = await transaction.query<{ jwk: SigningKey; state: string }>(
    'select keys',
    'SELECT jwk, state FROM signing_keys ORDER BY since DESC',
  );
  const of = (state: string) => rows.filter((row) => row.state === state).map(({ jwk }) => jwk);
  const [current] = of('current');
  const [next] = of('next');
  if (!current || !next) throw new Error('signing_keys lacks the current or the next key');
  return { current, next, retired: of('retired') };
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  // RFC 7638: the members in lexical order.
  const thumbprint = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
  const kid = createHash('sha256').update(thumbprint).digest('base64url').slice(0, 16);
  return { kid, kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', x, y, d };
}
