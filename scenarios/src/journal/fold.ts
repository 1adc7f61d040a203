import { compareVariants } from '../compare/compare-variants.ts';
import type { EntryOf, JournalEntry } from './entries.ts';
import { createVariantFold, type VariantFold } from './variant-fold.ts';
import type { RunView } from './view.ts';

/** What is known of a run before it has begun; it fills a view until the journal does. */
export type QueuedRun = Omit<
  RunView,
  'state' | 'startedAt' | 'endedAt' | 'variants' | 'differences' | 'notes' | 'outcome'
>;

/** Makes the view of a run out of its journal, entry by entry. */
export interface RunFold {
  /** Entries come in the order of `seq`. */
  add(entry: JournalEntry): void;
  /** Place in the queue, from 1, of a run that waits. */
  moveTo(position: number): void;
  /**
   * The run as it stands; it does not change any more.
   *
   * @throws Error when neither a queued run nor a `run-started` was given
   */
  view(): RunView;
}

/** Starts the view of a run; without `queued` it begins with the journal's `run-started`. */
export function createRunFold(queued?: QueuedRun): RunFold {
  let head: QueuedRun | undefined = queued;
  let startedAt: number | null = null;
  let endedAt: number | null = null;
  let outcome: RunView['outcome'] = null;
  const notes: RunView['notes'] = [];
  const variants = new Map<string, VariantFold>();

  const variantCalled = (name: string): VariantFold => {
    const known = variants.get(name);
    if (known) return known;
    const added = createVariantFold(name, headOf(head).plan);
    variants.set(name, added);
    return added;
  };
  const begin = (known: QueuedRun) => {
    head = known;
    variants.clear();
    for (const { name } of known.plan.variants) variantCalled(name);
  };
  if (queued) begin(queued);

  return {
    add(entry) {
      if (entry.kind === 'run-started') {
        startedAt = entry.at;
        begin(started(entry, head));
      } else if (entry.kind === 'run-ended') {
        const { verdict, asClaimed, exitCode, reasons } = entry;
        endedAt = entry.at;
        outcome = { verdict, asClaimed, exitCode, reasons };
      } else if (entry.kind === 'note') {
        notes.push({ at: entry.at, severity: entry.severity, text: entry.text });
      } else if (entry.variant !== null) {
        variantCalled(entry.variant).add(entry);
      } else {
        noteForRun(notes, entry);
      }
    },
    moveTo(position) {
      if (head) head = { ...head, position };
    },
    view() {
      const known = headOf(head);
      const view: RunView = {
        ...known,
        position: startedAt === null ? known.position : 0,
        state: stateOf(startedAt, endedAt),
        startedAt,
        endedAt,
        variants: [...variants.values()].map((variant) => variant.view()),
        differences: [],
        notes: [...notes],
        outcome,
      };
      return { ...view, differences: compareVariants(view) };
    },
  };
}

/** The view of a run whose journal is `entries`: all of it, or what there is of it so far. */
export function viewRun(entries: readonly JournalEntry[], queued?: QueuedRun): RunView {
  const fold = createRunFold(queued);
  for (const entry of entries) fold.add(entry);
  return fold.view();
}

function headOf(head: QueuedRun | undefined): QueuedRun {
  if (head) return head;
  throw new Error('a journal begins with run-started; received another entry, or none');
}

function started(entry: EntryOf<'run-started'>, queued: QueuedRun | undefined): QueuedRun {
  return {
    id: entry.runId,
    runKind: entry.runKind,
    position: 0,
    experiment: entry.plan.experiment,
    title: entry.plan.title,
    description: entry.description,
    pattern: entry.pattern,
    lookAt: entry.lookAt,
    runbook: entry.runbook,
    tags: entry.tags,
    seed: entry.plan.seed,
    requestedBy: entry.requestedBy,
    runtime: entry.runtime,
    queuedAt: queued?.queuedAt ?? entry.at,
    document: entry.document,
    plan: entry.plan,
  };
}

function stateOf(startedAt: number | null, endedAt: number | null): RunView['state'] {
  if (endedAt !== null) return 'ended';
  return startedAt === null ? 'queued' : 'running';
}

/** What befell the run between its variants has no chart to stand in: it becomes a note. */
function noteForRun(notes: RunView['notes'], entry: JournalEntry): void {
  const { at } = entry;
  if (entry.kind === 'aborted') {
    notes.push({ at, severity: 'warn', text: `stopped: ${entry.reason}` });
  } else if (entry.kind === 'undo' && !entry.clean) {
    notes.push({ at, severity: 'warn', text: `left behind: ${entry.left.join(', ')}` });
  } else if (entry.kind === 'act' && entry.outcome === 'failed') {
    notes.push({ at, severity: 'warn', text: `${entry.title}: ${entry.detail}` });
  }
}
