import type { Clock } from '@faultline/chassis/core';
import type { QueuedRun } from '@faultline/scenarios/journal';
import type { AuditRow } from '../contract/index.ts';
import { createAttendance, type Attendance } from './attendance.ts';
import type { Stop, Work } from './engine.ts';
import { noteOf } from './journal-notes.ts';
import { createLiveRun, type LiveRun } from './live-run.ts';
import type { RunStore } from './run-store.ts';

/** Runs that wait and the one that is under way. */
export interface RunDesk extends AsyncDisposable {
  readonly busy: boolean;
  /** Takes a run in; it begins when it is its turn. `full`: too many wait. */
  submit(run: QueuedRun, work: Work, attached: boolean): Promise<LiveRun | 'full'>;
  /** The one under way first, then those that wait, in order. */
  all(): LiveRun[];
  find(id: string): LiveRun | undefined;
  /** False when there is no such run any more. */
  abort(id: string, stop: Stop): boolean;
  /** Ends everything; what is under way goes back to the policies of the launch. */
  stopAll(reason: string): void;
  /** Says that somebody watches; returns the function that says that they are gone. */
  enter(id: string): () => void;
  /** Notes in the journal of the run under way what somebody did meanwhile. */
  note(row: AuditRow): void;
}

/** What the desk works with. */
export interface RunDeskParts {
  store: RunStore;
  clock: Clock;
  /** Longest time without a watcher of an attached run, milliseconds. */
  disconnectMs: number;
  /** Executes a run from its first entry to its last; never throws. */
  execute: (turn: Turn) => Promise<void>;
  /** Told of a run that was taken in, changed its place, entered another phase, or ended. */
  changed: (live: LiveRun) => void;
  unwritten: (error: unknown) => void;
}

/** A run whose turn has come. */
export interface Turn {
  live: LiveRun;
  work: Work;
  /** Whether stop all has put everything as at launch. */
  backToLaunch: () => boolean;
}

/** Most runs that wait. */
export const MAXIMUM_WAITING = 20;
/** Longest wait for the undo when the control plane is closed, milliseconds. */
const CLOSE_MS = 20_000;

/** Kinds of entries that lists and the live stream show a change by. */
const TOLD = new Set(['run-started', 'variant-started', 'phase', 'variant-ended', 'run-ended']);

/** Creates a desk where nothing waits. */
export function createRunDesk(parts: RunDeskParts): RunDesk {
  return new OneAtATime(parts);
}

interface Held {
  live: LiveRun;
  work: Work;
  attendance: Attendance | null;
  close: () => void;
}

class OneAtATime implements RunDesk {
  readonly #parts: RunDeskParts;
  readonly #waiting: Held[] = [];
  #current: Held | null = null;
  /** Runs that were admitted and whose folder is being made. */
  #arriving = 0;
  #work: Promise<void> = Promise.resolve();
  #launchPolicies = false;
  #closing = false;

  constructor(parts: RunDeskParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#current !== null || this.#waiting.length > 0;
  }

  async submit(run: QueuedRun, work: Work, attached: boolean): Promise<LiveRun | 'full'> {
    if (this.#closing || this.#waiting.length + this.#arriving >= MAXIMUM_WAITING) return 'full';
    this.#arriving += 1;
    try {
      const { store, clock, disconnectMs, unwritten } = this.#parts;
      const journal = await store.create(run);
      const live = createLiveRun(run, journal, unwritten);
      const deserted = () =>
        void this.abort(run.id, {
          by: 'disconnect',
          reason: `nobody watched the run for ${disconnectMs / 1000} s`,
        });
      const held: Held = {
        ...{ live, work },
        attendance: attached ? createAttendance(clock, disconnectMs, deserted) : null,
        close: () => journal[Symbol.dispose](),
      };
      live.subscribe((entry) => {
        if (entry === undefined || TOLD.has(entry.kind)) this.#parts.changed(live);
      });
      this.#waiting.push(held);
      this.#number();
      this.#next();
      return live;
    } finally {
      this.#arriving -= 1;
    }
  }

  all(): LiveRun[] {
    return [...(this.#current ? [this.#current] : []), ...this.#waiting].map(({ live }) => live);
  }

  find(id: string): LiveRun | undefined {
    return this.all().find((live) => live.id === id);
  }

  abort(id: string, stop: Stop): boolean {
    if (this.#current?.live.id === id) {
      if (this.#current.live.ended) return false;
      this.#current.live.stop.abort(stop);
      return true;
    }
    const index = this.#waiting.findIndex(({ live }) => live.id === id);
    const [held] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!held) return false;
    held.live.moveTo(0);
    held.live.endAbruptly({
      ...{ at: this.#parts.clock.now(), ...stop },
      ...{ faultsEnded: '', left: [] },
    });
    void this.#finish(held);
    this.#number();
    return true;
  }

  stopAll(reason: string): void {
    if (this.#current) this.#launchPolicies = true;
    this.#abortAll({ by: 'stop-all', reason });
  }

  enter(id: string): () => void {
    const held = [...(this.#current ? [this.#current] : []), ...this.#waiting];
    const attendance = held.find(({ live }) => live.id === id)?.attendance;
    return attendance?.enter() ?? (() => undefined);
  }

  note(row: AuditRow): void {
    const live = this.#current?.live;
    if (!live || live.ended) return;
    const note = noteOf(row, live.variant);
    if (note) live.record(note);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#abortAll({ by: 'lab-fault', reason: 'the control plane was closed' });
    const patience = new AbortController();
    const late = this.#parts.clock.sleep(CLOSE_MS, patience.signal).catch(() => undefined);
    await Promise.race([this.#work, late]);
    patience.abort();
  }

  #abortAll(stop: Stop): void {
    // Those that wait first: none of them is to begin.
    for (const { live } of this.#waiting.toReversed()) this.abort(live.id, stop);
    if (this.#current) this.abort(this.#current.live.id, stop);
  }

  #number(): void {
    for (const [index, { live }] of this.#waiting.entries()) live.moveTo(index + 1);
  }

  #next(): void {
    if (this.#current || this.#closing) return;
    const held = this.#waiting.shift();
    if (!held) return;
    this.#current = held;
    this.#launchPolicies = false;
    this.#number();
    const { live, work } = held;
    const turn = { live, work, backToLaunch: () => this.#launchPolicies };
    this.#work = this.#parts
      .execute(turn)
      .then(() => this.#finish(held))
      .finally(() => {
        this.#current = null;
        this.#next();
      });
  }

  /** Never throws: what cannot be written is told. */
  async #finish(held: Held): Promise<void> {
    held.attendance?.[Symbol.dispose]();
    try {
      await this.#parts.store.finish(held.live.view());
    } catch (error) {
      this.#parts.unwritten(error);
    } finally {
      held.close();
    }
  }
}
