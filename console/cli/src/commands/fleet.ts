import { outputSchema, type InstanceAction } from '@faultline/server/contract';
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

/** `kill`, `pause`, …, `scale`, `output`: what is done to instances. */
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
