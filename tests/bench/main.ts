/** `npm run bench`: measures what TARGETS asks for, each row beside its peer. See HELP. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BENCHES } from './benches.ts';
import { endChildren } from './end-children.ts';
import { parseFlags, ROUNDS, SECONDS, type Flags } from './flags.ts';
import { judge } from './judge.ts';
import { describeCommit, describeMachine } from './machine.ts';
import { publish, type Circumstances, type Table } from './page.ts';
import type { BenchContext } from './row.ts';
import { renderForTerminal } from './terminal-table.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'bench/results.json');
const PAGE = join(ROOT, 'docs/reference/benchmarks.md');

const HELP = `Measures speed and cost, each row beside its peer when that is installed (npm run real-parts).

  npm run bench -- [options]

  --only <names>   benches with commas between: ${Object.keys(BENCHES).join(', ')}  (all)
  --rounds <n>     values per row; ours and the peer take turns             (${ROUNDS}, 1 to 50)
  --seconds <n>    how long rows that measure something sustained go on     (${SECONDS}, 1 to 3600)
  --json           the results as JSON on standard output, no table
  --publish        also puts the tables into docs/reference/benchmarks.md
  --help           this text

Results: bench/results.json. Exit code 0 if every bench ran, whether or not targets are met; 1 if
one broke; 64 if the command line is wrong.
`;

interface Failure {
  bench: string;
  problem: string;
}

const args = process.argv.slice(2);
const parsed = parseFlags(args, Object.keys(BENCHES));
if (!parsed.ok) {
  process.stderr.write(`✗ ${parsed.problem}. See npm run bench -- --help.\n`);
  process.exitCode = 64;
} else if (parsed.flags.help) {
  process.stdout.write(HELP);
} else {
  process.exitCode = await run(parsed.flags);
}

async function run(flags: Flags): Promise<number> {
  const circumstances: Circumstances = {
    date: new Date().toISOString(),
    commit: await describeCommit(ROOT),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: describeMachine(),
  };
  const workDir = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const removeWorkDir = () => rm(workDir, { recursive: true, force: true, maxRetries: 5 });
  const interrupted = endOnSignal(removeWorkDir);
  const context = { rounds: flags.rounds, root: ROOT, workDir, sustainedS: flags.seconds, say };
  const { tables, failures } = await measure(flags, context, interrupted);
  // The handler of the signal ends this process; half a run is no result.
  if (interrupted.aborted) return new Promise(() => undefined);
  await removeWorkDir();
  await report(flags, circumstances, tables, failures);
  return failures.length > 0 ? 1 : 0;
}

/** Ends everything and then this process when it is asked to end; aborted from then on. */
function endOnSignal(cleanUp: () => Promise<void>): AbortSignal {
  const interrupted = new AbortController();
  const end = (code: number) => {
    if (interrupted.signal.aborted) return;
    interrupted.abort();
    say('… ending what was started');
    void endChildren()
      .then(cleanUp)
      .finally(() => process.exit(code));
  };
  process.on('SIGINT', () => end(130));
  process.on('SIGTERM', () => end(143));
  return interrupted.signal;
}

/** One bench after the other: side by side they would measure each other. */
async function measure(flags: Flags, context: BenchContext, interrupted: AbortSignal) {
  const tables: Table[] = [];
  const failures: Failure[] = [];
  for (const bench of flags.only) {
    if (interrupted.aborted) break;
    const beganAt = performance.now();
    say(`… ${bench}`);
    try {
      const load = BENCHES[bench];
      if (!load) throw new Error(`there is no bench ${bench}`);
      const rows = await (
        await load()
      ).run({
        ...context,
        say: (line) => say(`  ${bench}: ${line}`),
      });
      rows.forEach(judge);
      tables.push({ bench, rows });
      say(`✓ ${bench} (${((performance.now() - beganAt) / 1000).toFixed(0)} s)`);
    } catch (error) {
      failures.push({ bench, problem: describe(error) });
      if (!interrupted.aborted) say(`✗ ${bench}: ${describe(error)}`);
    }
  }
  return { tables, failures };
}

async function report(
  flags: Flags,
  circumstances: Circumstances,
  tables: readonly Table[],
  failures: readonly Failure[],
): Promise<void> {
  const rows = tables.flatMap((table) =>
    table.rows.map((row) => ({ bench: table.bench, ...row, ...judge(row) })),
  );
  const results = `${JSON.stringify({ ...circumstances, rounds: flags.rounds, rows, failures }, null, 2)}\n`;
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, results);
  if (flags.publish) {
    await writeFile(PAGE, publish(await readFile(PAGE, 'utf8'), tables, circumstances));
  }
  process.stdout.write(
    flags.json ? results : `\n${renderForTerminal(tables.flatMap((table) => table.rows))}\n`,
  );
}

/** Progress goes to standard error: standard output is the result. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** With causes: what went wrong below is what a person has to know. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `; because: ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
