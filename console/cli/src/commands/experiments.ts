import {
  comparisonSchema,
  experimentsSchema,
  runSchema,
  runsSchema,
  validationSchema,
  type Plan,
  type Run,
} from '@faultline/server/contract';
import { z } from 'zod';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { findWanted, titleOf, type Wanted } from '../experiments/documents.ts';
import { tellProblems } from '../experiments/problems.ts';
import {
  REPORT_FORMATS,
  formatOf,
  writeReport,
  type ReportFormat,
} from '../experiments/report-files.ts';
import { duration, timeOfDay } from '../format.ts';
import { printable } from '../terminal.ts';
import { countOf } from './run.ts';

/** What is done with experiments beside running them. */
export const experimentCommands: CommandGroup = (program, context) => {
  program
    .command('experiments')
    .description('the library, with what became of each experiment last')
    .action(() => list(context()));
  program
    .command('validate <file...>')
    .description('check documents without a lab: every problem with line, column and a suggestion')
    .action((words: string[]) => validate(context(), words));
  program
    .command('plan <experiment>')
    .description('what a run would do: steps, blast radius, undo; nothing is touched')
    .option('--seed <number>', 'in place of the document’s')
    .action((word: string, options: { seed?: string }) => plan(context(), word, options.seed));
  program
    .command('runs')
    .description('past and present runs')
    .option('--experiment <name>', 'of one experiment')
    .option('-n, --limit <count>', 'how many, 1 to 200', '20')
    .action((options: { experiment?: string; limit: string }) => history(context(), options));
  program
    .command('abort <run>')
    .description('end a run early; everything it did is undone')
    .action((id: string) => abort(context(), id));
  program
    .command('compare <run...>')
    .description('in what the variants of a run, or two to four runs, differ; the largest first')
    .action((ids: string[]) => compare(context(), ids));
  program
    .command('report <run>')
    .description('a report of an ended run; "last" is the newest')
    .option('--format <format>', REPORT_FORMATS.join(', '), 'md')
    .option('-o, --output <file>', 'write it there; the ending says the format')
    .action((id: string, options: { format: string; output?: string }) =>
      report(context(), id, options),
    );
};

async function list({ api, terminal, json }: CommandContext): Promise<void> {
  const answer = await api.get('/api/experiments', experimentsSchema);
  if (json) {
    terminal.json(answer);
    return;
  }
  const { paint } = terminal;
  terminal.table(
    ['experiment', 'pattern', 'claim', 'about', 'last'],
    answer.experiments.map(({ name, pattern, title, aboutMs, valid, last }) => [
      printable(name),
      pattern ?? '-',
      printable(title),
      duration(aboutMs),
      !valid
        ? paint.bad('invalid')
        : last === null
          ? paint.muted('never run')
          : last.outcome.asClaimed
            ? paint.ok('as claimed')
            : paint.bad(last.outcome.verdict),
    ]),
  );
}

async function validate(
  { terminal, json }: CommandContext,
  words: readonly string[],
): Promise<void> {
  const { parseExperiment } = await import('@faultline/scenarios/document');
  const wanted = await findWanted(words);
  const results = wanted.map((one) => {
    if (one.from === 'library') throw new CommandFailure(EXIT.usage, `${one.name} is no file`);
    const parsed = parseExperiment(one.document, { fileName: one.path });
    return { file: one.path, valid: parsed.ok, problems: parsed.ok ? [] : parsed.problems };
  });
  if (json) terminal.json({ results });
  for (const { file, valid, problems } of json ? [] : results) {
    if (valid) terminal.line(`${terminal.paint.ok('✓')} ${file}`);
    else tellProblems(terminal, file, problems);
  }
  const bad = results.filter(({ valid }) => !valid).length;
  if (bad > 0)
    throw new CommandFailure(EXIT.usage, `${bad} of ${results.length} documents are not valid`);
}

async function plan(context: CommandContext, word: string, seed?: string): Promise<void> {
  const { api, terminal, json } = context;
  const [wanted] = await findWanted([word]);
  if (!wanted) return;
  const answer = validationSchema.parse(
    await api.send('POST', '/api/experiments/validate', {
      document: await documentOf(context, wanted),
      ...(seed === undefined ? {} : { seed: countOf('--seed', seed, -1e9, 2e9) }),
    }),
  );
  if (json) terminal.json(answer);
  else if (answer.plan) tellPlan(context, answer.plan);
  else tellProblems(terminal, titleOf(wanted), answer.problems);
  if (!answer.valid) throw new CommandFailure(EXIT.usage, `${titleOf(wanted)} is not valid`);
}

async function documentOf({ api }: CommandContext, wanted: Wanted): Promise<string> {
  if (wanted.from === 'file') return wanted.document;
  const path = `/api/experiments/${encodeURIComponent(wanted.name)}`;
  return (await api.get(path, z.object({ document: z.string() }))).document;
}

function tellPlan({ terminal }: CommandContext, planned: Plan): void {
  const { paint } = terminal;
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    terminal.line(`\n${paint.strong(title)}`);
    for (const line of lines) terminal.line(`  ${printable(line)}`);
  };
  const { aboutMs, atMostMs: longestMs } = planned;
  const usual = aboutMs === undefined ? '' : `about ${duration(aboutMs)}, `;
  terminal.line(
    `${paint.strong(printable(planned.title))}  seed ${planned.seed}, ${usual}at most ${duration(longestMs)}`,
  );
  section(
    'variants',
    planned.variants.map(({ name, expect, changes }) =>
      [`${name}${expect === null ? '' : ` ${expect}`}`, ...changes].join(' · '),
    ),
  );
  section(
    'steady state',
    planned.checks.map(({ title, expect }) => `${title} ${expect}`),
  );
  section(
    'method',
    planned.steps.map(({ path, title, atMostMs }) => {
      const depth = '  '.repeat(path.split('.').length - 1);
      return `${depth}${title}${atMostMs > 0 ? ` (at most ${duration(atMostMs)})` : ''}`;
    }),
  );
  const { links, services, instances } = planned.blastRadius;
  section('blast radius', [
    ...(links.length > 0 ? [`links ${links.join(', ')}`] : []),
    ...(services.length > 0 ? [`services ${services.join(', ')}`] : []),
    ...(instances.length > 0 ? [`instances ${instances.join(', ')}`] : []),
  ]);
  section('undo, in every ending', planned.undo);
  section('ends early when', planned.abortWhen);
  section('invariants', planned.invariants);
  section('must be seen', planned.sometimes);
}

async function history(
  { api, terminal, json }: CommandContext,
  { experiment, limit }: { experiment?: string; limit: string },
): Promise<void> {
  const count = countOf('--limit', limit, 1, 200);
  const query = new URLSearchParams({
    limit: String(count),
    ...(experiment === undefined ? {} : { experiment }),
  });
  const answer = await api.get(`/api/runs?${query.toString()}`, runsSchema);
  if (json) {
    terminal.json(answer);
    return;
  }
  if (answer.runs.length === 0) terminal.line('no runs yet: faultline run <experiment>');
  else {
    terminal.table(
      ['run', 'experiment', 'began', 'state', 'result', 'by'],
      answer.runs.map((run) => [
        run.id,
        printable(run.experiment),
        run.startedAt === null ? '-' : timeOfDay(run.startedAt),
        run.state,
        run.outcome ? `${run.outcome.verdict}${run.outcome.asClaimed ? ', as claimed' : ''}` : '-',
        printable(run.requestedBy),
      ]),
    );
  }
}

async function abort({ api, terminal, json }: CommandContext, id: string): Promise<void> {
  await api.send('POST', `/api/runs/${encodeURIComponent(id)}/abort`, {
    reason: 'faultline abort',
  });
  if (json) terminal.json({ run: id, aborting: true });
  else terminal.line(`${id} is ending; what it did is being undone`);
}

async function compare(
  { api, terminal, json }: CommandContext,
  ids: readonly string[],
): Promise<void> {
  const [only] = ids;
  if (ids.length > 4) throw new CommandFailure(EXIT.usage, `two to four runs, got ${ids.length}`);
  const views: Run[] = await Promise.all(
    ids.map((id) => api.get(`/api/runs/${encodeURIComponent(id)}`, runSchema)),
  );
  const differences =
    ids.length === 1
      ? (views[0]?.differences ?? [])
      : (
          await api.get(
            `/api/compare?${new URLSearchParams({ runs: ids.join(',') }).toString()}`,
            comparisonSchema,
          )
        ).differences;
  if (json) {
    terminal.json({ runs: ids, differences });
    return;
  }
  const names = ids.length === 1 ? (views[0]?.variants ?? []).map(({ name }) => name) : [...ids];
  if (differences.length === 0) terminal.line(`nothing differs in ${only}`);
  else {
    terminal.table(
      ['what', ...names, ''],
      differences.map(({ title, values, summary }) => [
        printable(title),
        ...values.map((value) => (value === null ? '-' : String(value))),
        printable(summary),
      ]),
    );
  }
}

async function report(
  { api, terminal }: CommandContext,
  id: string,
  { format, output }: { format: string; output?: string },
): Promise<void> {
  const wanted: ReportFormat =
    output === undefined ? formatOf(`report.${format}`) : formatOf(output);
  const run = id === 'last' ? await newest(api) : id;
  const text = await api.text(`/api/runs/${encodeURIComponent(run)}/report.${wanted}`);
  if (output === undefined) terminal.line(text);
  else {
    await writeReport(output, text);
    terminal.line(`${output} (${run})`);
  }
}

async function newest(api: CommandContext['api']): Promise<string> {
  const { runs } = await api.get('/api/runs?limit=50', runsSchema);
  const ended = runs.find(({ state }) => state === 'ended');
  if (!ended)
    throw new CommandFailure(EXIT.refused, 'no run has ended yet: faultline run <experiment>');
  return ended.id;
}
