import type { Clock, Workload } from '@faultline/chassis/core';
import { issueLeaf, LEAF_LIFE_MS, type Leaf, type Subject } from './authority.ts';
import { openAuthorityStore } from './authority-store.ts';

/** Share of its life after which a certificate is renewed. */
const RENEW_AT = 2 / 3;
/** How long instances have to hear of a new authority before anybody shows its signature. */
const ANNOUNCEMENT_MS = 2000;

/** How long ago a certificate ran out that is issued as one that has; it was good before. */
const EXPIRED_FOR_MS = 30_000;

/** Certificates of the instances: issued when first asked for, renewed while they are good. */
export interface Certificates extends Disposable {
  of(subject: Subject): NonNullable<Workload['tls']>;
  /** New ones for everybody, at once. */
  renew(): void;
  /**
   * The instance is given a certificate that has run out, and no other until this is taken back;
   * then it is given a good one. Connections that are open go on.
   */
  setExpired(instance: string, expired: boolean): void;
  isExpired(instance: string): boolean;
  /** Replaces the authority; both are trusted for a while, so that nobody refuses anybody. */
  rotateAuthority(): Promise<void>;
}

/** What certificates need. */
export interface CertificatesOptions {
  /** Where the authority is kept. */
  dataDir: string;
  clock: Clock;
  /** Some certificates or authorities are new: whoever has them should be told. */
  changed: () => void;
  /** Default {@link LEAF_LIFE_MS}. */
  lifeMs?: number;
}

/** Opens the authority, or makes it, and starts to renew. */
export async function openCertificates(options: CertificatesOptions): Promise<Certificates> {
  const { dataDir, clock, changed, lifeMs = LEAF_LIFE_MS } = options;
  const store = await openAuthorityStore(dataDir, clock.now());
  const leaves = new Map<string, Leaf>();
  const expired = new Set<string>();
  const end = new AbortController();
  let timer = new AbortController();

  const dueAt = ({ notAfter }: Leaf): number => notAfter - lifeMs * (1 - RENEW_AT);
  const renewWhenDue = (): void => {
    timer.abort();
    timer = new AbortController();
    const renewed = [...leaves].filter(([instance]) => !expired.has(instance));
    const next = Math.min(...renewed.map(([, leaf]) => dueAt(leaf)));
    if (end.signal.aborted || !Number.isFinite(next)) return;
    const pauseMs = Math.max(0, next - clock.now());
    clock.sleep(pauseMs, AbortSignal.any([timer.signal, end.signal])).then(
      () => {
        for (const [instance, leaf] of leaves) {
          // Whoever is still there asks for another one.
          if (dueAt(leaf) <= clock.now() && !expired.has(instance)) leaves.delete(instance);
        }
        renewWhenDue();
        changed();
      },
      () => undefined,
    );
  };

  const renew = (): void => {
    leaves.clear();
    changed();
  };
  return {
    of(subject) {
      const now = clock.now();
      let leaf = leaves.get(subject.instance);
      if (!leaf) {
        const leftMs = expired.has(subject.instance) ? -EXPIRED_FOR_MS : lifeMs;
        leaf = issueLeaf(store.current, subject, now, leftMs);
        leaves.set(subject.instance, leaf);
        renewWhenDue();
      }
      return { ...leaf, authorities: store.trusted(now) };
    },
    renew,
    setExpired(instance, wanted) {
      if (expired.has(instance) === wanted) return;
      expired[wanted ? 'add' : 'delete'](instance);
      leaves.delete(instance);
      changed();
    },
    isExpired: (instance) => expired.has(instance),
    async rotateAuthority() {
      await store.announceNext(clock.now());
      changed();
      await clock.sleep(ANNOUNCEMENT_MS, end.signal);
      await store.promoteNext(clock.now());
      renew();
    },
    [Symbol.dispose]: () => end.abort(new Error('the fleet ends')),
  };
}
