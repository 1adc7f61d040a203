import type { Check, Experiment } from '../../document/model.ts';
import type { EntryOf, Plan } from '../../journal/entries.ts';
import type { ProbeWords } from '../probe-words.ts';
import type { Program } from '../program.ts';
import type { RunVariant } from '../variants.ts';

/** Everything about a run that does not change while it lasts. */
export interface Script {
  experiment: Experiment;
  variants: readonly RunVariant[];
  plan: Plan;
  program: Program;
  words: ProbeWords;
  seed: number;
  started: Omit<EntryOf<'run-started'>, 'kind' | 'seq' | 'at' | 'variant'>;
}

/** The check with this id: of the steady state, an abort condition or an `await`. */
export function checkOf(script: Script, id: string): Check {
  const { abortWhen, steadyState } = script.experiment;
  const check =
    steadyState.find((one) => one.id === id) ??
    abortWhen.find((condition) => condition.check.id === id)?.check;
  if (!check) throw new Error(`no check ${id} in ${script.experiment.name}`);
  return check;
}
