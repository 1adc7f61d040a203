import { SECRET_KINDS, type Clock, type SecretKind } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import type { Fleet, FleetAnswer, FleetRefusal } from '../contract.ts';
import type { LaunchSession } from '../launch-session.ts';
import type { PlannedInstance, Secrets } from '../plan/model.ts';
import { makePasswords, makeSecret } from '../plan/secrets.ts';
import { makeAssertionKey } from './assertion-key.ts';
import type { Certificates } from './certificates.ts';
import { newest, nextTurn, renewed } from './timed.ts';

/** How long those who check a secret have to hear of it before anybody shows it. */
const ANNOUNCE_MS = 2000;
/** How long the secret before is good after that. */
const CLIENT_GRACE_MS = 60_000;
const INTERNAL_GRACE_MS = 60_000;
/** An assertion is good for a minute, and clocks may differ by some seconds. */
const ASSERTION_GRACE_MS = 90_000;
/** Longest wait for PostgreSQL to take its passwords. */
const DATABASE_MS = 10_000;

/** The instance that knows the passwords. */
const DATABASE_INSTANCE = 'postgres-1';

/** Replaces secrets of a launched fleet, one kind after the other. */
export interface SecretDesk extends Disposable {
  /** Resolves when the new secret is in use everywhere; the one before is good for a while. */
  rotate(kind: SecretKind): Promise<FleetAnswer>;
}

/** What a desk works with. */
export interface SecretDeskSurroundings {
  topology: Topology;
  session: LaunchSession;
  certificates: Certificates;
  clock: Clock;
  /** State of an instance; undefined if there is none. */
  stateOf: (instance: string) => string | undefined;
  /** Brings what an instance holds to its plan. */
  provision: (planned: PlannedInstance, gone: AbortSignal) => Promise<void>;
  /** What instances are told is another one. */
  changed: () => void;
}

/** Opens the desk of a launch and goes on with rotations that its predecessor began. */
export function createSecretDesk(around: SecretDeskSurroundings): SecretDesk {
  return new Desk(around);
}

class Desk implements SecretDesk {
  readonly #around: SecretDeskSurroundings;
  readonly #end = new AbortController();
  #timer = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(around: SecretDeskSurroundings) {
    this.#around = around;
    this.#tellInTime();
  }

  rotate(kind: SecretKind): Promise<FleetAnswer> {
    const answer = this.#turn.then(() => this.#rotate(kind));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#end.abort(new Error('the fleet ends'));
  }

  async #rotate(kind: SecretKind): Promise<FleetAnswer> {
    const { session, clock, changed } = this.#around;
    try {
      const refusal = await this.#replace(kind);
      if (refusal) return refusal;
      await session.noteRotation(kind, clock.now());
      changed();
      return { kind: 'done' };
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
      return refuse('not-running', 'The fleet was stopped meanwhile.');
    }
  }

  async #replace(kind: SecretKind): Promise<FleetRefusal | undefined> {
    this.#end.signal.throwIfAborted();
    const { certificates, session } = this.#around;
    const { clientGenerations, internalTokens, assertionKeys } = session.secrets;
    const now = this.#around.clock.now();
    const overlap = (graceMs: number) => ({ announceMs: ANNOUNCE_MS, graceMs });
    switch (kind) {
      case 'certificates':
        certificates.renew();
        return undefined;
      case 'authority':
        await certificates.rotateAuthority();
        return undefined;
      case 'clients': {
        const next = newest(clientGenerations) + 1;
        const renewal = renewed(clientGenerations, next, now, overlap(CLIENT_GRACE_MS));
        await this.#announce({ clientGenerations: renewal });
        return undefined;
      }
      case 'internal': {
        const renewal = renewed(internalTokens, makeSecret(), now, overlap(INTERNAL_GRACE_MS));
        await this.#announce({ internalTokens: renewal });
        return undefined;
      }
      case 'assertion-key': {
        const key = makeAssertionKey();
        const renewal = renewed(assertionKeys, key, now, overlap(ASSERTION_GRACE_MS));
        await this.#announce({ assertionKeys: renewal });
        return undefined;
      }
      case 'database':
        return this.#replacePasswords();
    }
  }

  /** Tells those who check the new secret, then those who show it. */
  async #announce(change: Partial<Secrets>): Promise<void> {
    const { session, clock, changed } = this.#around;
    await session.replaceSecrets(change);
    changed();
    this.#tellInTime();
    await clock.sleep(ANNOUNCE_MS, this.#end.signal);
  }

  /**
   * Only forward: the new passwords are written down first, so whoever starts or takes over
   * PostgreSQL sets them, and nobody has to find out which ones it knows. Services ask again while
   * it has not got them.
   */
  async #replacePasswords(): Promise<FleetRefusal | undefined> {
    const { topology, session, stateOf, provision, clock, changed } = this.#around;
    const state = stateOf(DATABASE_INSTANCE);
    if (state !== 'ready') {
      const detail = `${DATABASE_INSTANCE} is ${state ?? 'not there'}; new passwords need it ready.`;
      return refuse('wrong-state', detail);
    }
    await session.replaceSecrets({ databasePasswords: makePasswords(topology) });
    const set = provision(session.planOf(DATABASE_INSTANCE), this.#end.signal).then(() => true);
    const patience = new AbortController();
    const late = clock
      .sleep(DATABASE_MS, AbortSignal.any([patience.signal, this.#end.signal]))
      .then(() => false);
    late.catch(() => undefined);
    const inTime = await Promise.race([set, late]);
    patience.abort(new Error('it answered'));
    changed();
    if (inTime) return undefined;
    set.catch(() => undefined);
    const seconds = DATABASE_MS / 1000;
    return refuse(
      'resource-away',
      `${DATABASE_INSTANCE} has not answered for ${seconds} s; it gets the new passwords as soon as it does.`,
    );
  }

  /** Tells everybody whenever a secret begins to be used or is good no more. */
  #tellInTime(): void {
    this.#timer.abort(new Error('there is another turn'));
    this.#timer = new AbortController();
    const { session, clock, changed } = this.#around;
    const { clientGenerations, internalTokens, assertionKeys } = session.secrets;
    const all = [...clientGenerations, ...internalTokens, ...assertionKeys];
    const now = clock.now();
    const at = nextTurn(all, now);
    if (this.#end.signal.aborted || !Number.isFinite(at)) return;
    const signal = AbortSignal.any([this.#timer.signal, this.#end.signal]);
    clock.sleep(at - now, signal).then(
      () => {
        changed();
        this.#tellInTime();
      },
      () => undefined,
    );
  }
}

/** Of each kind: when it was replaced last in the launch. */
export function rotationsOf(session: LaunchSession | null): ReturnType<Fleet['secretRotations']> {
  const rows = SECRET_KINDS.map((kind) => [kind, session?.rotatedAt[kind] ?? null]);
  return Object.fromEntries(rows) as ReturnType<Fleet['secretRotations']>;
}

function refuse(code: FleetRefusal['code'], detail: string): FleetRefusal {
  return { kind: 'refused', code, detail };
}
