import {
  fleetSchema,
  runtimesSchema,
  type FleetView,
  type Runtime,
  type RuntimeKind,
} from '@faultline/server/contract';
import { Option } from 'commander';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { size } from '../format.ts';
import { createLaunchTeller } from '../launch-teller.ts';
import { printable, type Terminal } from '../terminal.ts';

const KINDS: readonly RuntimeKind[] = ['process', 'docker'];

/** `runtimes`, `up` and `down`: what the fleet can run on, and its beginning and end there. */
export const runtimeCommands: CommandGroup = (program, context) => {
  program
    .command('runtimes')
    .description('what the fleet can be launched on, and what that would take')
    .action(() => showRuntimes(context()));
  program
    .command('up')
    .description('launch the fleet and wait until it is ready')
    .addOption(
      new Option('--runtime <kind>', 'on what; a fleet on the other one ends first').choices(KINDS),
    )
    .action(({ runtime }: { runtime?: RuntimeKind }) => up(context(), runtime));
  program
    .command('down')
    .description('end the fleet; the console stays')
    .action(() => down(context()));
};

async function showRuntimes({ api, terminal, json }: CommandContext): Promise<void> {
  const [answer, fleet] = await Promise.all([
    api.get('/api/runtimes', runtimesSchema),
    api.get('/api/fleet', fleetSchema),
  ]);
  if (json) {
    terminal.json(answer);
    return;
  }
  for (const runtime of answer.runtimes) {
    const runs = fleet.state !== 'stopped' && fleet.runtime === runtime.kind;
    describe(runtime, runs ? `the fleet is ${fleet.state} on it` : '', terminal);
  }
}

function describe(runtime: Runtime, now: string, terminal: Terminal): void {
  const { kind, available, problem, engine, images, footprintBytes, warnings } = runtime;
  const { paint } = terminal;
  const mark = available ? paint.ok('✓') : paint.bad('✗');
  const about = engine
    ? `Docker Engine ${printable(engine.version)} (API ${printable(engine.apiVersion)}) on ${printable(engine.operatingSystem)}, ${engine.cpus} CPUs, ${size(engine.memoryBytes)}`
    : kind === 'process'
      ? 'processes of this machine, nothing to install'
      : 'no engine';
  terminal.line(`${mark} ${paint.strong(kind.padEnd(8))} ${about}`);
  const indented = (text: string): void => terminal.line(`    ${text}`);
  if (now !== '') indented(paint.ok(now));
  if (problem !== null) indented(paint.bad(printable(problem)));
  indented(paint.muted(`takes about ${size(footprintBytes)} of memory`));
  for (const { name, action } of images) {
    const word = action === 'present' ? paint.muted('present') : action.padEnd('present'.length);
    indented(`${word}  ${printable(name)}`);
  }
  for (const warning of warnings) indented(paint.warn(`! ${printable(warning)}`));
}

/** Longest silence of a launch, milliseconds: a slow machine needs a multiple of the usual 10 s. */
const SILENCE_MS = 180_000;
const POLL_MS = 250;

async function up(context: CommandContext, runtime?: RuntimeKind): Promise<void> {
  const { api, terminal, json } = context;
  const before = await api.get('/api/fleet', fleetSchema);
  const other = runtime !== undefined && runtime !== before.runtime;
  if (before.state === 'stopped' || other) {
    await api.send('POST', '/api/fleet/launch', runtime === undefined ? {} : { runtime });
  }
  try {
    const fleet = await launched(context, runtime);
    if (json) terminal.json(fleet);
    else terminal.line(`the fleet is ready on the ${fleet.runtime} runtime`);
  } finally {
    terminal.transient('');
  }
}

async function launched(
  { api, terminal, json }: CommandContext,
  runtime: RuntimeKind | undefined,
): Promise<FleetView> {
  const teller = json ? null : createLaunchTeller(terminal);
  let launching = false;
  let last = '';
  let lastAt = Date.now();
  for (;;) {
    const fleet = await api.get('/api/fleet', fleetSchema);
    teller?.tell(fleet.progress);
    const isThere = runtime === undefined || fleet.runtime === runtime;
    if (fleet.state === 'ready' && isThere) return fleet;
    launching ||= fleet.state === 'launching';
    if (fleet.state === 'stopped' && (fleet.problem !== null || launching)) {
      const why = fleet.problem ?? 'the launch was cancelled';
      throw new CommandFailure(EXIT.lab, printable(why));
    }
    const now = momentOf(fleet);
    if (now !== last) lastAt = Date.now();
    last = now;
    if (Date.now() - lastAt > SILENCE_MS) {
      throw new CommandFailure(
        EXIT.lab,
        `the fleet is ${fleet.state} and says nothing new for 3 minutes`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What moves while a launch gets on; pulling an image may take many minutes. */
function momentOf({ state, runtime, progress }: FleetView): string {
  return JSON.stringify([
    state,
    runtime,
    progress.map((line) => [line.part, line.state, line.detail]),
  ]);
}

async function down({ api, terminal, json }: CommandContext): Promise<void> {
  await api.send('POST', '/api/fleet/stop', {});
  if (json) terminal.json({ state: 'stopped' });
  else terminal.line('the fleet has ended; `faultline up` launches it again');
}
