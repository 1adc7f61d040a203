import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BuildError, buildPrograms } from './build.ts';

const HELP = `Builds every program of the lab from its sources, as npm start runs them.

  node docker/programs/src/main.ts --to <folder>

Exit code 0 when they are there, 1 when the sources cannot be built, 64 for bad usage.
`;
const ROOT = resolve(import.meta.dirname, '../../..');

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let to: string;
  try {
    const { values } = parseArgs({
      args,
      options: { to: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    if (!values.to) throw new Error('--to: a folder is required, received nothing');
    to = resolve(values.to);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 64;
  }
  try {
    const programs = await buildPrograms({ root: ROOT, folder: to });
    process.stdout.write(`${programs.length} programs in ${to}\n`);
    return 0;
  } catch (error) {
    const told = error instanceof BuildError ? error.message : String((error as Error).stack);
    process.stderr.write(`${told}\n`);
    return 1;
  }
}
