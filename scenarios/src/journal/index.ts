export {
  EXIT_CODES,
  journalEntrySchema,
  PHASES,
  planSchema,
  VERDICTS,
  type EntryOf,
  type JournalEntry,
  type Phase,
  type Plan,
  type Verdict,
} from './entries.ts';
export {
  differenceSchema,
  outcomeSchema,
  runViewSchema,
  variantViewSchema,
  type Difference,
  type Outcome,
  type RunView,
  type VariantView,
} from './view.ts';
export { createRunFold, viewRun, type QueuedRun, type RunFold } from './fold.ts';
export { compareVariants } from '../compare/compare-variants.ts';
export { compareRuns, MAXIMUM_RUNS } from '../compare/compare-runs.ts';
export { sayValue } from '../compare/say-value.ts';
