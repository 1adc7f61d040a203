import type { Run } from '@faultline/server/contract';
import type { CommandContext } from '../command.ts';
import { duration } from '../format.ts';
import { printable } from '../terminal.ts';
import { describeVariant } from './progress.ts';

/** Tells what became of everything that was run: a table, or JSON for scripts. */
export function tellSuite(
  { terminal, json }: CommandContext,
  runs: readonly Run[],
  quiet: boolean,
): void {
  if (json) {
    terminal.json({ runs });
    return;
  }
  const { paint } = terminal;
  if (quiet) {
    for (const run of runs.filter(({ outcome }) => outcome?.asClaimed !== true)) {
      terminal.line(printable(run.experiment));
      for (const variant of run.variants) terminal.line(`  ${describeVariant(variant, paint)}`);
    }
    return;
  }
  if (runs.length < 2) return;
  terminal.line();
  terminal.table(
    ['experiment', 'pattern', 'variants', 'result', 'time'],
    runs.map((run) => [
      printable(run.experiment),
      run.pattern ?? '-',
      run.variants
        .map(({ name, outcome }) => `${name} ${outcome?.verdict ?? 'not run'}`)
        .join(', '),
      run.outcome?.asClaimed
        ? paint.ok('as claimed')
        : paint.bad(run.outcome?.verdict ?? 'not run'),
      duration((run.endedAt ?? 0) - (run.startedAt ?? 0)),
    ]),
  );
}
