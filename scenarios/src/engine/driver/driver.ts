import type { JournalEntry } from '../../journal/entries.ts';
import type { Outcome } from '../../journal/view.ts';
import type { Answer, Effect, EngineEvent, Order } from '../core/events.ts';
import type { Script } from '../core/script.ts';
import type { RunState } from '../core/state.ts';
import { transition } from '../core/transition.ts';
import { carryOut } from './orders.ts';
import { restoreLoad, undoRun, type UndoParts } from './undo.ts';

/** What the driver needs besides the script. */
export interface DriverParts {
  script: Script;
  /** Without `told`: that is the driver's own. */
  lab: Omit<UndoParts, 'told'>;
  write: (entry: JournalEntry) => void;
}

/** Tells the core what happens, and carries out what it orders. */
export interface Driver {
  /** From `begin` on, in order. Nothing happens after the end of the run. */
  tell(event: EngineEvent): void;
  /**
   * How the run ends. Rejects when the engine itself breaks, or the journal cannot be written; even
   * then everything has been undone.
   */
  readonly ended: Promise<Outcome>;
}

/** Creates the driver of one run. */
export function createDriver(parts: DriverParts): Driver {
  return new OneRun(parts);
}

class OneRun implements Driver {
  readonly #parts: DriverParts;
  readonly #lab: UndoParts;
  readonly #end = Promise.withResolvers<Outcome>();
  readonly #running = new Map<number, AbortController>();
  readonly #events: EngineEvent[] = [];
  #state: RunState = { kind: 'ready' };
  #draining = false;
  #broken = false;
  /** An undo that is under way. */
  #undoing: Promise<unknown> = Promise.resolve();

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#lab = { ...parts.lab, told: (acted) => this.tell({ kind: 'undo-acted', acted }) };
  }

  get ended(): Promise<Outcome> {
    return this.#end.promise;
  }

  tell(event: EngineEvent): void {
    this.#events.push(event);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#take(next);
    } catch (error) {
      void this.#breakOff(error);
    } finally {
      this.#draining = false;
    }
  }

  #take(event: EngineEvent): void {
    if (this.#broken || this.#state.kind === 'ended') return;
    const { script, lab, write } = this.#parts;
    const { state, effects, entries } = transition(script, this.#state, event, lab.clock.now());
    this.#state = state;
    entries.forEach(write);
    effects.forEach((effect) => this.#execute(effect));
    if (state.kind === 'ended') this.#end.resolve(state.outcome);
  }

  #execute(effect: Effect): void {
    if (effect.kind === 'stop') this.#running.get(effect.id)?.abort(new Error('stopped'));
    else void this.#carryOut(effect.order);
  }

  async #carryOut(order: Order): Promise<void> {
    const controller = new AbortController();
    this.#running.set(order.id, controller);
    const work = carryOut(this.#lab, order, controller.signal);
    if (order.kind === 'undo' || order.kind === 'restore-load') this.#undoing = work;
    const answer = await work.catch((error: unknown): Answer => {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'threw', message };
    });
    this.#running.delete(order.id);
    if (answer.kind === 'acted' && this.#isOver()) this.#clearLate(answer.acted.faultId);
    // Whoever stopped it does not wait for it, unless it may have changed the lab.
    if (controller.signal.aborted && order.kind !== 'act') return;
    this.tell({ kind: 'answered', id: order.id, answer });
  }

  #isOver(): boolean {
    return this.#broken || this.#state.kind === 'ended';
  }

  /** An injection that outlived the run: the lease would end it, this ends it now. */
  #clearLate(faultId: string | null): void {
    if (faultId === null) return;
    this.#lab.ports.faults.clear(faultId).catch(() => undefined);
  }

  /** The engine is broken: what it does not know any more how to undo is undone all the same. */
  async #breakOff(error: unknown): Promise<void> {
    this.#broken = true;
    for (const controller of this.#running.values()) controller.abort(new Error('stopped'));
    await this.#undoing.catch(() => undefined);
    await undoRun(this.#lab);
    await restoreLoad(this.#lab);
    this.#end.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
