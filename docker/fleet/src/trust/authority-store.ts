import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { authoritySchema, LEAF_LIFE_MS, makeAuthority, type Authority } from './authority.ts';

/** An authority this close to its end is replaced at the next launch. */
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

const storeSchema = z.object({
  current: authoritySchema,
  /** Trusted already, signs nothing yet. */
  next: authoritySchema.nullable(),
  /** Certificates that are still trusted, until a time in milliseconds since the Unix epoch. */
  former: z.array(z.object({ certificate: z.string(), until: z.number() })),
});
type Store = z.infer<typeof storeSchema>;

const KEY_FILE = 'authority.json';
/** The certificates alone, for clients: `curl --cacert`. */
const CERTIFICATE_FILE = 'ca.pem';

/**
 * The lab's certificate authority. It is made once and kept in the data folder: the key readable by
 * its user only, the certificates in `ca.pem` by everybody.
 */
export interface AuthorityStore {
  readonly current: Authority;
  /** Everything that is trusted now, PEM. */
  trusted(now: number): string;
  /** First step of a rotation: a new authority is trusted beside the current one. */
  announceNext(now: number): Promise<void>;
  /** Second step: it signs from now on; the former is trusted for as long as its leaves live. */
  promoteNext(now: number): Promise<void>;
}

/** Opens what is in `dataDir`, or makes an authority there. */
export async function openAuthorityStore(dataDir: string, now: number): Promise<AuthorityStore> {
  const kept = await read(dataDir);
  const good = kept !== null && kept.current.notAfter > now + RENEW_BEFORE_MS;
  let store: Store = good ? kept : { current: makeAuthority(now), next: null, former: [] };
  const trusted = (at: number): string => {
    const { current, next, former } = store;
    const left = former.filter(({ until }) => until > at);
    return [current, ...(next ? [next] : []), ...left].map((one) => one.certificate).join('');
  };
  const write = async (changed: Store, at: number): Promise<void> => {
    store = changed;
    await mkdir(dataDir, { recursive: true });
    await writeWhole(join(dataDir, KEY_FILE), JSON.stringify(store), 0o600);
    await writeWhole(join(dataDir, CERTIFICATE_FILE), trusted(at), 0o644);
  };
  await write(store, now);
  return {
    get current() {
      return store.current;
    },
    trusted,
    announceNext: (at) => write({ ...store, next: makeAuthority(at) }, at),
    async promoteNext(at) {
      const { current, next, former } = store;
      if (!next) return;
      const until = at + LEAF_LIFE_MS;
      const left = former.filter((one) => one.until > at);
      const retired = { certificate: current.certificate, until };
      await write({ current: next, next: null, former: [retired, ...left] }, at);
    },
  };
}

async function read(dataDir: string): Promise<Store | null> {
  try {
    return storeSchema.parse(JSON.parse(await readFile(join(dataDir, KEY_FILE), 'utf8')));
  } catch {
    return null;
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode });
  await rename(`${path}.new`, path);
}
