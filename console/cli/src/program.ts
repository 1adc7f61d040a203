import { Command, CommanderError } from 'commander';
import { createApiClient } from './client.ts';
import type { CommandContext, CommandGroup } from './command.ts';
import { auditCommands } from './commands/audit.ts';
import { faultCommands } from './commands/fault.ts';
import { flagCommands } from './commands/flag.ts';
import { experimentCommands } from './commands/experiments.ts';
import { fleetCommands } from './commands/fleet.ts';
import { logCommands } from './commands/logs.ts';
import { policyCommands } from './commands/policy.ts';
import { projectionCommands } from './commands/projection.ts';
import { runCommands } from './commands/run.ts';
import { runtimeCommands } from './commands/runtime.ts';
import { sagaCommands } from './commands/sagas.ts';
import { schemaCommands } from './commands/schema.ts';
import { secretCommands } from './commands/secrets.ts';
import { soakCommands } from './commands/soak.ts';
import { statusCommands } from './commands/status.ts';
import { tokenCommands } from './commands/token.ts';
import { topicCommands } from './commands/topics.ts';
import { traceCommands } from './commands/traces.ts';
import { CommandFailure, EXIT } from './exit.ts';
import { createTerminal, type Output } from './terminal.ts';

/** The world a run of the command line happens in. */
export interface RunOptions {
  env: NodeJS.ProcessEnv;
  stdout: Output;
  stderr: Output;
  /**
   * Asked for by a command that ends in good order when somebody interrupts it; until then an
   * interruption ends the process.
   */
  interruption?: () => AbortSignal;
}

const GROUPS: readonly CommandGroup[] = [
  statusCommands,
  faultCommands,
  experimentCommands,
  runCommands,
  soakCommands,
  runtimeCommands,
  fleetCommands,
  policyCommands,
  flagCommands,
  topicCommands,
  tokenCommands,
  secretCommands,
  projectionCommands,
  schemaCommands,
  traceCommands,
  sagaCommands,
  logCommands,
  auditCommands,
];

/**
 * Runs one command line.
 *
 * @param args without the program's name
 * @returns the exit code, see {@link EXIT}
 */
export async function run(args: readonly string[], options: RunOptions): Promise<number> {
  const program = createProgram(options);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (!(error instanceof CommandFailure)) throw error;
    options.stderr.write(`faultline: ${error.message}\n`);
    return error.exitCode;
  }
}

function createProgram({ env, stdout, stderr, interruption }: RunOptions): Command {
  const program = new Command('faultline')
    .description('Break the lines between services and see what happens.')
    .option('--url <url>', 'where the lab answers', env.FAULTLINE_URL ?? 'http://127.0.0.1:3000')
    .option('--token <token>', 'access token, needed beyond loopback', env.FAULTLINE_TOKEN)
    .option('--json', 'print JSON for scripts', false)
    .exitOverride()
    .showHelpAfterError('(faultline --help lists the commands)')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });

  const context = (): CommandContext => {
    const { url, token, json } = program.opts<{ url: string; token?: string; json: boolean }>();
    if (!URL.canParse(url)) {
      throw new CommandFailure(
        EXIT.usage,
        `--url must be a URL such as http://127.0.0.1:3000, got ${url}`,
      );
    }
    return {
      api: createApiClient(url, token),
      terminal: createTerminal(stdout, env),
      json,
      interruption: interruption ?? (() => new AbortController().signal),
    };
  };
  for (const addTo of GROUPS) addTo(program, context);
  for (const command of program.commands) settle(command, program);
  return program;
}

/** Every command takes `--json` after its name as well. */
function settle(command: Command, program: Command): void {
  command.option('--json', 'print JSON for scripts').hook('preAction', (_, action) => {
    const { json } = action.opts<{ json?: boolean }>();
    if (json) program.setOptionValue('json', true);
  });
  for (const child of command.commands) settle(child, program);
}
