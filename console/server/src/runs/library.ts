import type { ParsedDocument } from '@faultline/scenarios';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAXIMUM_DOCUMENT } from '../contract/index.ts';

/** Where an experiment comes from; see the contract. */
export type Origin = 'library' | 'own';

/** One document of the library as it stands on disk. */
export interface LibraryEntry {
  /** The name of its file, which a good document also has inside. */
  name: string;
  origin: Origin;
  text: string;
  parsed: ParsedDocument;
}

/** Documents that came with Faultline and documents that people of this lab have saved. */
export interface Library {
  /** Those of the library first, each by name; an own one never hides one of the library. */
  list(): Promise<LibraryEntry[]>;
  /** Null when there is none. */
  read(name: string): Promise<LibraryEntry | null>;
  /** Takes a document that was checked. */
  save(name: string, text: string): Promise<'saved' | 'library' | 'full'>;
  remove(name: string): Promise<'removed' | 'library' | 'unknown'>;
  /** Reads a document; the same text is read once. */
  parse(text: string, fileName?: string): ParsedDocument;
  /** Text of a runbook as a document names it; null when there is none of that name. */
  runbook(path: string | null): Promise<string | null>;
}

/** What the library works with. */
export interface LibraryParts {
  /** Folder with `experiments/` and `runbooks/`. */
  scenariosDir: string;
  dataDir: string;
  /** Reads a document; with the name of its file, the name inside must be that. */
  parse: (text: string, fileName?: string) => ParsedDocument;
}

/** What an experiment may be called: it becomes the name of a file. */
export const EXPERIMENT_NAME = /^[a-z0-9][a-z0-9-]{0,119}$/;
/** Most experiments that people can save. */
export const MAXIMUM_OWN = 500;

const RUNBOOK = /^runbooks\/[a-z0-9][a-z0-9-]{0,119}\.md$/;
const ENDING = '.yaml';
/** Documents whose reading is remembered. */
const REMEMBERED = 1_000;

/** Opens the library. */
export function openLibrary({ scenariosDir, dataDir, parse }: LibraryParts): Library {
  const folders: Record<Origin, string> = {
    library: join(scenariosDir, 'experiments'),
    own: join(dataDir, 'experiments'),
  };
  const remembered = new Map<string, ParsedDocument>();
  const parseOnce = (text: string, fileName?: string): ParsedDocument => {
    const hash = `${fileName ?? ''}/${createHash('sha256').update(text).digest('hex')}`;
    const known = remembered.get(hash) ?? parse(text, fileName);
    // Taken out and put in again: the oldest is the one nobody asked for longest.
    remembered.delete(hash);
    remembered.set(hash, known);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED) break;
      remembered.delete(oldest);
    }
    return known;
  };
  const readFrom = async (origin: Origin, name: string): Promise<LibraryEntry | null> => {
    if (!EXPERIMENT_NAME.test(name)) return null;
    const text = await readText(join(folders[origin], `${name}${ENDING}`));
    return text === null ? null : { name, origin, text, parsed: parseOnce(text, name) };
  };
  const has = async (origin: Origin, name: string) => (await readFrom(origin, name)) !== null;

  return {
    async list() {
      const [library, own] = await Promise.all([namesIn(folders.library), namesIn(folders.own)]);
      const entries = await Promise.all([
        ...library.map((name) => readFrom('library', name)),
        ...own.filter((name) => !library.includes(name)).map((name) => readFrom('own', name)),
      ]);
      return entries.filter((entry) => entry !== null);
    },
    read: async (name) => (await readFrom('library', name)) ?? (await readFrom('own', name)),
    async save(name, text) {
      if (await has('library', name)) return 'library';
      const own = await namesIn(folders.own);
      if (!own.includes(name) && own.length >= MAXIMUM_OWN) return 'full';
      await mkdir(folders.own, { recursive: true });
      const path = join(folders.own, `${name}${ENDING}`);
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      return 'saved';
    },
    async remove(name) {
      if (await has('library', name)) return 'library';
      if (!(await has('own', name))) return 'unknown';
      await rm(join(folders.own, `${name}${ENDING}`), { force: true });
      return 'removed';
    },
    parse: parseOnce,
    runbook: async (path) =>
      path === null || !RUNBOOK.test(path) ? null : readText(join(scenariosDir, path)),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .filter((name) => EXPERIMENT_NAME.test(name))
    .sort();
}

/** Null when there is no such file; what is larger than a document may be is cut. */
async function readText(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : text.slice(0, MAXIMUM_DOCUMENT);
}
