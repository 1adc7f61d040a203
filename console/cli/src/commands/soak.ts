import { type Run, type StartSoak } from '@faultline/server/contract';
import { Option } from 'commander';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { followRun } from '../experiments/follow-run.ts';
import { launchLab } from '../experiments/launched-lab.ts';
import { createProgressTeller } from '../experiments/progress.ts';
import { formatOf, writeReport } from '../experiments/report-files.ts';
import { printable } from '../terminal.ts';
import { countOf } from './run.ts';

interface SoakOptions {
  minutes: string;
  seed?: string;
  rps: string;
  kinds?: string[];
  off?: string[];
  atOnce: string;
  shrink: boolean;
  launch?: boolean;
  runtime: string;
  report?: string[];
  quiet?: boolean;
}

/** `soak`: random faults by a seed, and the invariants at the end. */
export const soakCommands: CommandGroup = (program, context) => {
  program
    .command('soak')
    .description('random faults for a while, then the invariants; a violation is shrunk')
    .option('--minutes <number>', 'how long, 0.2 to 1440', '5')
    .option('--seed <number>', 'the same seed draws the same faults')
    .option('--rps <number>', 'load, requests per second', '40')
    .option('--kinds <kind...>', 'kinds of faults to draw from: network.latency, process.*')
    .option('--off <pattern...>', 'patterns that are off: orders.outbox, payments.idempotency')
    .option('--at-once <number>', 'faults at the same time at most, 1 to 10', '2')
    .option('--no-shrink', 'do not look for the smallest schedule that breaks an invariant')
    .option('--launch', 'bring a headless lab up for it, and down afterwards')
    .addOption(
      new Option('--runtime <kind>', 'of the launched lab')
        .choices(['process', 'docker'])
        .default('process'),
    )
    .option('--report <file...>', '.html, .md, .json or .xml')
    .option('--quiet', 'say only what is broken')
    .action((options: SoakOptions) => soak(context(), options));
};

async function soak(context: CommandContext, options: SoakOptions): Promise<void> {
  const { terminal, json } = context;
  for (const file of options.report ?? []) formatOf(file);
  const body = requestOf(options);
  const interruption = context.interruption();
  await using lab = options.launch
    ? await launchLab(options.runtime, terminal, interruption)
    : null;
  const api = lab?.api ?? context.api;
  const begun = await api.send<Run>('POST', '/api/soaks', body);
  const teller = createProgressTeller(terminal, (options.quiet ?? false) || json);
  if (!options.quiet && !json) terminal.line(`soak with seed ${begun.seed}, run ${begun.id}`);
  const run = await followRun(api, begun.id, (view) => teller.tell(view), interruption);
  for (const file of options.report ?? []) {
    await writeReport(file, await api.text(`/api/runs/${run.id}/report.${formatOf(file)}`));
  }
  if (json) terminal.json(run);
  else tellSoak(context, run);
  const exitCode = run.outcome?.exitCode ?? EXIT.lab;
  if (exitCode !== EXIT.done)
    throw new CommandFailure(exitCode, run.outcome?.reasons[0] ?? 'no outcome');
}

function requestOf(options: SoakOptions): StartSoak {
  const minutes = Number(options.minutes);
  if (!(minutes >= 0.2 && minutes <= 1440)) {
    throw new CommandFailure(EXIT.usage, `--minutes must be 0.2 to 1440, got ${options.minutes}`);
  }
  return {
    durationSeconds: minutes * 60,
    rps: countOf('--rps', options.rps, 1, 500),
    atOnce: countOf('--at-once', options.atOnce, 1, 10),
    kinds: options.kinds ?? [],
    off: options.off ?? [],
    shrink: options.shrink,
    attached: true,
    ...(options.seed === undefined ? {} : { seed: countOf('--seed', options.seed, -1e9, 2e9) }),
  };
}

function tellSoak({ terminal }: CommandContext, run: Run): void {
  const { paint } = terminal;
  for (const { name, title, holds, evidence, violations } of run.variants[0]?.invariants ?? []) {
    const mark = holds ? paint.ok('✓') : paint.bad('✗');
    terminal.line(`${mark} ${name}  ${printable(title)}  ${paint.muted(printable(evidence))}`);
    for (const { subject, detail } of violations.slice(0, 5)) {
      terminal.line(`    ${printable(subject)}: ${printable(detail)}`);
    }
  }
  for (const { text } of run.notes) terminal.line(text.split('\n').map(printable).join('\n'));
}
