import type { JournalEntry } from '../../journal/entries.ts';
import type { Acted, Demand, Effect } from './events.ts';
import type { Script } from './script.ts';
import type { Purpose, RunningState, VariantState } from './state.ts';
import type { RunVariant } from '../variants.ts';

type WithoutBase<Entry> = Entry extends JournalEntry
  ? Omit<Entry, 'seq' | 'at' | 'variant'>
  : never;
/** An entry without what every entry has. */
export type EntryBody = WithoutBase<JournalEntry>;

/**
 * One transition while it is made: a draft of the state, which nobody else sees, and what comes out
 * of it.
 */
export interface Turn {
  readonly script: Script;
  readonly now: number;
  readonly run: RunningState;
  /** The variant under way. */
  readonly variant: VariantState;
  readonly spec: RunVariant;
  readonly entries: JournalEntry[];
  readonly effects: Effect[];
  write(body: EntryBody): void;
  /** Writes an entry about the run as a whole. */
  writeOfRun(body: EntryBody): void;
  order(purpose: Purpose, demand: Demand): void;
  /** Gives up the orders that `which` names; acts are to be answered even so. */
  stop(which: (purpose: Purpose) => boolean): void;
  waitsFor(which: (purpose: Purpose) => boolean): boolean;
}

/** Starts a transition on a draft that it may change. */
export function createTurn(script: Script, run: RunningState, now: number): Turn {
  const entries: JournalEntry[] = [];
  const effects: Effect[] = [];
  const specOf = () => script.variants[run.variant.index] as RunVariant;
  function write(body: EntryBody, variant: string | null): void {
    entries.push({ seq: run.seq, at: now, variant, ...body });
    run.seq += 1;
  }
  return {
    script,
    now,
    run,
    get variant() {
      return run.variant;
    },
    get spec() {
      return specOf();
    },
    entries,
    effects,
    write: (body) => write(body, specOf().name),
    writeOfRun: (body) => write(body, null),
    order(purpose, demand) {
      const id = run.nextOrder;
      run.nextOrder += 1;
      run.pending.set(id, purpose);
      effects.push({ kind: 'order', order: { ...demand, id } });
    },
    stop(which) {
      for (const [id, purpose] of run.pending) {
        if (!which(purpose)) continue;
        effects.push({ kind: 'stop', id });
        if (!isAct(purpose)) run.pending.delete(id);
      }
    },
    waitsFor: (which) => [...run.pending.values()].some(which),
  };
}

/** Whether an order changes the lab before the undo: its answer is awaited even when it is stopped. */
export function isAct(purpose: Purpose): boolean {
  return purpose.for === 'step-act' || purpose.for === 'preparation';
}

/** Writes what became of an act. */
export function writeAct(turn: Turn, { beganAt: _beganAt, ...body }: Acted): void {
  turn.write({ kind: 'act', ...body });
}
