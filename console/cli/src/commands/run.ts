import { type Run, type StartRun } from '@faultline/server/contract';
import { Option } from 'commander';
import type { ApiClient } from '../client.ts';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { findWanted, titleOf, type Wanted } from '../experiments/documents.ts';
import { gravest } from '../experiments/exit-code.ts';
import { followRun } from '../experiments/follow-run.ts';
import { launchLab } from '../experiments/launched-lab.ts';
import { createProgressTeller } from '../experiments/progress.ts';
import { formatOf, writeReport } from '../experiments/report-files.ts';
import { tellSuite } from '../experiments/suite.ts';
import { duration } from '../format.ts';
import { printable } from '../terminal.ts';

/** Options of `run`. */
export interface RunCommandOptions {
  variant?: string[];
  seed?: string;
  launch?: boolean;
  runtime: string;
  junit?: string;
  report?: string[];
  repeat: string;
  failFast?: boolean;
  quiet?: boolean;
  detach?: boolean;
}

/** `run`: experiments from files or of the lab, one after the other, to their ends. */
export const runCommands: CommandGroup = (program, context) => {
  program
    .command('run <experiment...>')
    .description('run experiments: files, folders, or names of the lab’s library')
    .option('--variant <name...>', 'only these variants')
    .option('--seed <number>', 'in place of the document’s')
    .option('--launch', 'bring a headless lab up for it, and down afterwards')
    .addOption(
      new Option('--runtime <kind>', 'of the launched lab')
        .choices(['process', 'docker'])
        .default('process'),
    )
    .option('--junit <file>', 'JUnit XML of everything that was run')
    .option('--report <file...>', 'reports of everything: .html, .md, .json or .xml')
    .option('--repeat <times>', 'run everything so many times', '1')
    .option('--fail-fast', 'end with the first that is not as claimed')
    .option('--quiet', 'say only what is not as claimed')
    .option('--detach', 'begin and do not wait: the run goes on without this command')
    .addHelpText(
      'after',
      `
Exit codes: 0 as claimed, 1 a hypothesis or an invariant failed, 2 inconclusive, 3 stopped by a
condition or a person, 4 the undo was not clean, 64 bad usage or document, 70 the lab failed.`,
    )
    .action((words: string[], options: RunCommandOptions) => runAll(context(), words, options));
};

async function runAll(
  context: CommandContext,
  words: readonly string[],
  options: RunCommandOptions,
): Promise<void> {
  const files = [
    ...(options.junit === undefined ? [] : [options.junit]),
    ...(options.report ?? []),
  ];
  for (const file of options.report ?? []) formatOf(file);
  const times = countOf('--repeat', options.repeat, 1, 1000);
  const seed = options.seed === undefined ? undefined : countOf('--seed', options.seed, -1e9, 2e9);
  const wanted = await findWanted(words);
  const interruption = context.interruption();
  await using lab = options.launch
    ? await launchLab(options.runtime, context.terminal, interruption)
    : null;
  const api = lab?.api ?? context.api;
  const runs: Run[] = [];
  for (let round = 1; round <= times; round += 1) {
    if (times > 1 && !options.quiet && !context.json)
      context.terminal.line(`round ${round} of ${times}`);
    for (const one of wanted) {
      if (interruption.aborted) break;
      const ended = await runOne({ ...context, api }, one, { ...options, seed }, interruption);
      if (ended) runs.push(ended);
      if (options.failFast && ended?.outcome?.exitCode !== 0) break;
    }
  }
  for (const file of files)
    await writeReport(file, await suiteReport(api, runs, file, options.junit));
  tellSuite(context, runs, options.quiet ?? false);
  const codes = runs.map(({ outcome }) => outcome?.exitCode ?? EXIT.lab);
  const exitCode = interruption.aborted ? EXIT.stopped : gravest(codes);
  if (exitCode !== EXIT.done) throw new CommandFailure(exitCode, summaryOf(runs));
}

/** Runs one experiment; undefined when it only was begun. */
async function runOne(
  { api, terminal, json }: CommandContext,
  wanted: Wanted,
  {
    variant,
    seed,
    quiet = false,
    detach = false,
  }: Omit<RunCommandOptions, 'seed'> & { seed: number | undefined },
  interruption: AbortSignal,
): Promise<Run | undefined> {
  const what: StartRun = {
    ...(wanted.from === 'file' ? { document: wanted.document } : { experiment: wanted.name }),
    ...(variant ? { variants: variant } : {}),
    ...(seed === undefined ? {} : { seed }),
    attached: !detach,
  };
  const begun = await begin(api, what, wanted);
  if (detach) {
    if (json) terminal.json(begun);
    else terminal.line(`${begun.id} ${begun.state}`);
    return undefined;
  }
  const silent = quiet || json;
  if (!silent)
    terminal.line(
      `${terminal.paint.strong(printable(begun.title))}  ${terminal.paint.muted(titleOf(wanted))}`,
    );
  const teller = createProgressTeller(terminal, silent);
  const ended = await followRun(api, begun.id, (run) => teller.tell(run), interruption);
  const tookMs = (ended.endedAt ?? 0) - (ended.startedAt ?? 0);
  if (!silent) terminal.line(terminal.paint.muted(`  ${duration(tookMs)}, run ${ended.id}`));
  return ended;
}

/** A document that is not good is bad usage, whatever the lab's status says. */
async function begin(api: ApiClient, what: StartRun, wanted: Wanted): Promise<Run> {
  try {
    return await api.send<Run>('POST', '/api/runs', what);
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.exitCode !== EXIT.refused) throw error;
    throw new CommandFailure(EXIT.usage, `${titleOf(wanted)}: ${error.message}`);
  }
}

async function suiteReport(
  api: ApiClient,
  runs: readonly Run[],
  file: string,
  junit: string | undefined,
): Promise<string> {
  const format = file === junit ? 'xml' : formatOf(file);
  const ids = runs.map(({ id }) => id).join(',');
  return api.text(`/api/reports/suite.${format}?${new URLSearchParams({ runs: ids }).toString()}`);
}

function summaryOf(runs: readonly Run[]): string {
  const other = runs.filter(({ outcome }) => outcome?.asClaimed !== true);
  return `${other.length} of ${runs.length} experiments are not as claimed: ${other.map(({ experiment }) => experiment).join(', ')}`;
}

/**
 * A whole number from the command line.
 *
 * @throws CommandFailure (64) naming option, range and what was received
 */
export function countOf(option: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= minimum && value <= maximum && text.trim() !== '')
    return value;
  const rule = `a whole number from ${minimum} to ${maximum}`;
  throw new CommandFailure(EXIT.usage, `${option} must be ${rule}, got ${text}`);
}
