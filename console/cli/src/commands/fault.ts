import {
  faultKindsSchema,
  faultsSchema,
  stoppedSchema,
  type Fault,
  type FaultKindView,
  type FaultLimitsView,
} from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { duration } from '../format.ts';
import { faultRequest } from '../fault-request.ts';
import { describeReset } from './policy.ts';

/** `fault`: break lines and instances, and mend them. */
export const faultCommands: CommandGroup = (program, context) => {
  const fault = program.command('fault').description('break a line or an instance, and mend it');
  fault
    .command('kinds')
    .description('list the kinds of faults and their fields')
    .action(() => showKinds(context()));
  fault
    .command('add <kind>')
    .description(
      "for instance: fault add network.latency --link 'orders->payments' --latency-ms 2s",
    )
    .option('--link <link>', "one link, 'caller->callee'; * as wildcard")
    .option('--links <links>', 'several links, comma separated')
    .option('--service <service>', 'all instances of a service')
    .option('--instance <instance>', 'one instance, for instance payments-2')
    .option('--ttl <duration>', 'how long it lasts, for instance 60s', '60s')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((kind: string, options: Record<string, string>, command: { args: string[] }) =>
      addFault(context(), kind, options, command.args.slice(1)),
    );
  fault
    .command('list')
    .description('active faults')
    .action(() => listFaults(context()));
  fault
    .command('clear [id]')
    .description('end one fault, or all of them; the undo is verified')
    .action((id: string | undefined) => clearFaults(context(), id));
  fault
    .command('extend <id>')
    .description('let a fault last longer; never beyond an hour from now')
    .option('--seconds <seconds>', 'how much longer', '60')
    .action((id: string, options: { seconds: string }) =>
      extendFault(context(), id, options.seconds),
    );
  program
    .command('stop-all')
    .description(
      'clear every fault, refuse new ones until `release`, put policies, flags and mTLS as at launch',
    )
    .action(() => stopAll(context()));
  program
    .command('release')
    .description('accept faults again after stop-all')
    .action(() => release(context()));
};

async function showKinds({ api, terminal, json }: CommandContext): Promise<void> {
  const answer = await api.get('/api/faults/kinds', faultKindsSchema);
  if (json) {
    terminal.json(answer);
    return;
  }
  const { kinds, limits } = answer;
  for (const kind of kinds) {
    const selects = `selects ${kind.selects}${kind.needsHttp ? ', where HTTP/1.1 is spoken' : ''}`;
    terminal.line(`${terminal.paint.strong(kind.kind)}  ${kind.summary} (${selects})`);
    for (const field of kind.fields) terminal.line(`    ${describeField(field)}`);
  }
  terminal.line(`at most ${describeLimits(limits)}`);
}

function describeLimits({ targets, durationSeconds, protected: names }: FaultLimitsView): string {
  const most = targets === null ? '' : `${targets} instances and `;
  const never = names.length === 0 ? '' : `; never ${names.join(', ')}`;
  return `${most}${durationSeconds} s at a time${never}`;
}

function describeField(field: FaultKindView['fields'][number]): string {
  const flag = `--${field.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const range =
    field.choices.length > 0
      ? field.choices.join(' | ')
      : `${field.minimum ?? ''}..${field.maximum ?? ''} ${field.unit}`.trim();
  return `${flag.padEnd(28)} ${range}, default ${field.default ?? 'none'}; ${field.description}`;
}

async function addFault(
  { api, terminal, json }: CommandContext,
  kind: string,
  options: Record<string, string>,
  rest: readonly string[],
): Promise<void> {
  const { kinds } = await api.get('/api/faults/kinds', faultKindsSchema);
  const request = faultRequest(kinds, kind, options, rest);
  const fault = await api.send<Fault>('POST', '/api/faults', request);
  if (json) terminal.json(fault);
  else terminal.line(oneLine(fault, terminal.paint.ours));
}

async function listFaults({ api, terminal, json }: CommandContext): Promise<void> {
  const answer = await api.get('/api/faults', faultsSchema);
  if (json) {
    terminal.json(answer);
    return;
  }
  if (answer.latched) terminal.line(terminal.paint.warn('stopped: `faultline release` lifts it'));
  if (answer.faults.length === 0) terminal.line('no active faults');
  for (const fault of answer.faults) terminal.line(oneLine(fault, terminal.paint.ours));
}

function oneLine(fault: Fault, paint: (text: string) => string): string {
  const left = duration(Math.max(0, fault.expiresAt - Date.now()));
  const state =
    fault.state === 'active' ? `ends in ${left}` : `${fault.state} ${fault.detail ?? ''}`;
  return `${paint(`⚡ ${fault.id}`)}  ${fault.target.selector}  ${fault.summary}  ${state.trim()}`;
}

async function clearFaults(
  { api, terminal, json }: CommandContext,
  id: string | undefined,
): Promise<void> {
  const { faults } = await api.get('/api/faults', faultsSchema);
  const chosen = faults.filter((fault) => id === undefined || fault.id === id);
  if (id !== undefined && chosen.length === 0) {
    throw new CommandFailure(EXIT.refused, `no active fault has the id ${id}`);
  }
  for (const fault of chosen) {
    await api.send('DELETE', `/api/faults/${encodeURIComponent(fault.id)}`, undefined);
  }
  if (json) terminal.json({ cleared: chosen.map((fault) => fault.id) });
  else terminal.line(`cleared ${chosen.length}, undo verified`);
}

async function extendFault(
  { api, terminal, json }: CommandContext,
  id: string,
  text: string,
): Promise<void> {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds)) {
    throw new CommandFailure(EXIT.usage, `--seconds must be a number, got ${text}`);
  }
  const path = `/api/faults/${encodeURIComponent(id)}/extend`;
  const fault = await api.send<Fault>('POST', path, { seconds });
  if (json) terminal.json(fault);
  else terminal.line(oneLine(fault, terminal.paint.ours));
}

async function stopAll({ api, terminal, json }: CommandContext): Promise<void> {
  const stopped = stoppedSchema.parse(await api.send('DELETE', '/api/faults', undefined));
  const { latched, ended, reset } = stopped;
  if (json) {
    terminal.json({ latched, ended, reset });
    return;
  }
  terminal.line(`cleared ${ended.length}; new faults are refused until \`faultline release\``);
  terminal.line(describeReset(reset));
}

async function release({ api, terminal, json }: CommandContext): Promise<void> {
  await api.send('POST', '/api/faults/release', {});
  if (json) terminal.json({ latched: false });
  else terminal.line('faults are accepted again');
}
