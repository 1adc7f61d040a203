import {
  runViewSchema,
  viewRun,
  type JournalEntry,
  type QueuedRun,
  type RunView,
} from '@faultline/scenarios/journal';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSummarySchema, type RunSummary } from '../contract/index.ts';
import { mendJournal, openJournal, readJournal, type JournalFile } from './journal-file.ts';
import { summaryOf } from './summary.ts';

/** Most ended runs that are kept. */
export const KEPT_RUNS = 200;
/** Name of the folder in the lab's data folder; a run has a folder of its own in it. */
export const RUNS_FOLDER = 'runs';

const RUN_FILE = 'run.json';
const JOURNAL_FILE = 'journal.jsonl';
const SUMMARY_FILE = 'summary.json';

/** Name of a run, which is also its folder. */
export const RUN_ID = /^[a-z0-9][a-z0-9-]{0,79}$/;

const queuedRunSchema = runViewSchema.omit({
  ...{ state: true, startedAt: true, endedAt: true, variants: true, differences: true },
  ...{ notes: true, outcome: true },
});

/** A run that was neither ended nor under way when it was found: its control plane is gone. */
export interface Orphan {
  run: QueuedRun;
  entries: JournalEntry[];
  journal: JournalFile;
}

/** Runs on disk: `runs/<id>/{run.json, journal.jsonl, summary.json}`. */
export interface RunStore {
  /** Of ended runs, newest first. */
  summaries(): RunSummary[];
  /** Makes the folder of a run that waits. */
  create(run: QueuedRun): Promise<JournalFile>;
  /** Remembers what became of a run, and removes the oldest if there are too many. */
  finish(view: RunView): Promise<void>;
  /** Null for a run that is not kept. */
  view(id: string): Promise<RunView | null>;
  entries(id: string): Promise<JournalEntry[]>;
  journalPath(id: string): string;
  folder(id: string): string;
  /** Every folder of a run. */
  ids(): Promise<string[]>;
}

/** Opens the store. @param orphaned ends the run of a folder whose journal has no end */
export async function openRunStore(
  dataDir: string,
  orphaned: (orphan: Orphan) => void,
): Promise<RunStore> {
  const root = join(dataDir, RUNS_FOLDER);
  await mkdir(root, { recursive: true });
  const store = new DiskStore(root);
  await store.load(orphaned);
  return store;
}

class DiskStore implements RunStore {
  readonly #root: string;
  readonly #summaries = new Map<string, RunSummary>();

  constructor(root: string) {
    this.#root = root;
  }

  summaries(): RunSummary[] {
    return [...this.#summaries.values()].sort((one, other) => other.queuedAt - one.queuedAt);
  }

  async create(run: QueuedRun): Promise<JournalFile> {
    await mkdir(this.folder(run.id), { recursive: true });
    await writeWhole(join(this.folder(run.id), RUN_FILE), run);
    return openJournal(this.journalPath(run.id));
  }

  async finish(view: RunView): Promise<void> {
    const summary = summaryOf(view);
    this.#summaries.set(view.id, summary);
    await writeWhole(join(this.folder(view.id), SUMMARY_FILE), summary);
    await this.#prune();
  }

  async view(id: string): Promise<RunView | null> {
    const run = await this.#run(id);
    if (!run) return null;
    return { ...viewRun(await this.entries(id), run), position: 0 };
  }

  entries(id: string): Promise<JournalEntry[]> {
    return readJournal(this.journalPath(id));
  }

  journalPath(id: string): string {
    return join(this.folder(id), JOURNAL_FILE);
  }

  folder(id: string): string {
    if (!RUN_ID.test(id)) throw new RangeError(`${JSON.stringify(id)} is not the id of a run`);
    return join(this.#root, id);
  }

  async ids(): Promise<string[]> {
    const found = await readdir(this.#root, { withFileTypes: true });
    return found
      .filter((one) => one.isDirectory() && RUN_ID.test(one.name))
      .map(({ name }) => name);
  }

  async load(orphaned: (orphan: Orphan) => void): Promise<void> {
    for (const id of await this.ids()) {
      const summary = await readJson(join(this.folder(id), SUMMARY_FILE), runSummarySchema);
      if (summary?.id === id) this.#summaries.set(id, summary);
      else await this.#adopt(id, orphaned);
    }
    await this.#prune();
  }

  async #adopt(id: string, orphaned: (orphan: Orphan) => void): Promise<void> {
    const run = await this.#run(id);
    // A folder that was made and never filled: nobody was told of such a run.
    if (!run) return void (await rm(this.folder(id), { recursive: true, force: true }));
    await mendJournal(this.journalPath(id));
    const entries = await this.entries(id);
    if (entries.at(-1)?.kind !== 'run-ended') {
      using journal = openJournal(this.journalPath(id));
      orphaned({ run, entries, journal });
    }
    const view = await this.view(id);
    if (view) await this.finish(view);
  }

  #run(id: string): Promise<QueuedRun | null> {
    return readJson(join(this.folder(id), RUN_FILE), queuedRunSchema);
  }

  async #prune(): Promise<void> {
    for (const { id } of this.summaries().slice(KEPT_RUNS)) {
      this.#summaries.delete(id);
      await rm(this.folder(id), { recursive: true, force: true });
    }
  }
}

/** Writes a file so that it is there as a whole or not at all. */
async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function readJson<T>(
  path: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): Promise<T | null> {
  try {
    const read = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
