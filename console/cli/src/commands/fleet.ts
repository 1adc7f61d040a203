import { fleetSchema, outputSchema, type InstanceAction } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { printable } from '../terminal.ts';

const ACTIONS: readonly { name: InstanceAction; says: string; did: string }[] = [
  { name: 'kill', says: 'crash an instance (SIGKILL); it is restarted by itself', did: 'killed' },
  { name: 'pause', says: 'make an instance hang with its sockets open', did: 'paused' },
  { name: 'resume', says: 'let a paused instance go on', did: 'resumed' },
  { name: 'restart', says: 'end an instance in good order and start it again', did: 'restarted' },
  { name: 'stop', says: 'end an instance in good order; it stays down', did: 'stopped' },
  { name: 'start', says: 'start a stopped instance', did: 'started' },
];

/** `kill`, `pause`, …, `scale`, `up`, `down`, `output`: what is done to processes. */
export const fleetCommands: CommandGroup = (program, context) => {
  for (const { name, says, did } of ACTIONS) {
    program
      .command(`${name} <instance>`)
      .description(says)
      .action((instance: string) => act(context(), name, instance, did));
  }
  program
    .command('scale <service> <replicas>')
    .description('run so many instances of a service')
    .action((service: string, replicas: string) => scale(context(), service, replicas));
  program
    .command('up')
    .description('launch the fleet and wait until it is ready')
    .action(() => up(context()));
  program
    .command('down')
    .description('end the fleet; the console stays')
    .action(() => down(context()));
  program
    .command('output <instance>')
    .description('newest lines an instance printed')
    .option('-n, --lines <count>', 'how many', '50')
    .action((instance: string, options: { lines: string }) =>
      output(context(), instance, options.lines),
    );
};

async function act(
  { api, terminal, json }: CommandContext,
  action: InstanceAction,
  instance: string,
  did: string,
): Promise<void> {
  await api.send('POST', `/api/fleet/instances/${encodeURIComponent(instance)}/${action}`, {});
  if (json) terminal.json({ instance, action });
  else terminal.line(`${instance} ${did}`);
}

async function scale(
  { api, terminal, json }: CommandContext,
  service: string,
  text: string,
): Promise<void> {
  const replicas = Number(text);
  if (!Number.isInteger(replicas) || text.trim() === '') {
    throw new CommandFailure(EXIT.usage, `replicas must be a whole number, got ${text}`);
  }
  const path = `/api/fleet/services/${encodeURIComponent(service)}/scale`;
  await api.send('POST', path, { replicas });
  if (json) terminal.json({ service, replicas });
  else terminal.line(`${service} runs ${replicas} instance${replicas === 1 ? '' : 's'}`);
}

/** Longest launch to wait for, milliseconds: a slow machine needs a multiple of the usual 10 s. */
const LAUNCH_TIMEOUT_MS = 180_000;

async function up({ api, terminal, json }: CommandContext): Promise<void> {
  const before = await api.get('/api/fleet', fleetSchema);
  if (before.state === 'stopped') await api.send('POST', '/api/fleet/launch', {});
  const until = Date.now() + LAUNCH_TIMEOUT_MS;
  const told = new Set<string>();
  for (;;) {
    const fleet = await api.get('/api/fleet', fleetSchema);
    for (const { part, state, detail, elapsedMs } of fleet.progress) {
      if (json || told.has(`${part} ${state}`) || !['ready', 'failed'].includes(state)) continue;
      told.add(`${part} ${state}`);
      const mark = state === 'ready' ? terminal.paint.ok('✓') : terminal.paint.bad('✗');
      terminal.line(`${mark} ${part}  ${detail}  ${(elapsedMs / 1000).toFixed(1)} s`);
    }
    if (fleet.state === 'ready') {
      if (json) terminal.json(fleet);
      return;
    }
    if (fleet.state === 'stopped' && fleet.problem)
      throw new CommandFailure(EXIT.lab, fleet.problem);
    if (Date.now() > until) {
      throw new CommandFailure(EXIT.lab, `the fleet is ${fleet.state} after 3 minutes`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function down({ api, terminal, json }: CommandContext): Promise<void> {
  await api.send('POST', '/api/fleet/stop', {});
  if (json) terminal.json({ state: 'stopped' });
  else terminal.line('the fleet has ended; `faultline up` launches it again');
}

async function output(
  { api, terminal, json }: CommandContext,
  instance: string,
  lines: string,
): Promise<void> {
  const query = new URLSearchParams({ lines });
  const path = `/api/fleet/instances/${encodeURIComponent(instance)}/output?${query.toString()}`;
  const answer = await api.get(path, outputSchema);
  if (json) terminal.json(answer);
  else for (const line of answer.lines) terminal.line(printable(line));
}
