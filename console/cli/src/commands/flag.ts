import {
  flagViewSchema,
  mtlsSchema,
  policiesSchema,
  type FlagView,
} from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { fieldChanges } from '../policy-patch.ts';

/** `flag` and `mtls`: what belongs to no single link or service. */
export const flagCommands: CommandGroup = (program, context) => {
  const flag = program.command('flag').description('feature flags: see and change');
  flag
    .command('list')
    .description('every flag, who has it, and whether that is as at launch')
    .action(() => listFlags(context()));
  flag
    .command('set <key>')
    .description(
      'for instance: flag set new-checkout percentage=25 users=ada,grace, or enabled=false: off for everybody',
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .action((key: string, _: unknown, command: { args: string[] }) =>
      setFlag(context(), key, command.args.slice(1)),
    );
  program
    .command('mtls [state]')
    .description('mutual TLS between services: show, or switch on or off')
    .action((state: string | undefined) => switchMtls(context(), state));
};

async function listFlags({ api, terminal, json }: CommandContext): Promise<void> {
  const { flags } = await api.get('/api/policies', policiesSchema);
  if (json) {
    terminal.json(flags);
    return;
  }
  if (flags.length === 0) {
    terminal.line('there are no flags');
    return;
  }
  terminal.table(
    ['flag', 'who has it', 'at the launch', 'purpose'],
    flags.map(({ flag, initial }) => {
      const [now, before] = [describeFlag(flag), describeFlag(initial)];
      return [flag.key, now, now === before ? '' : before, flag.purpose];
    }),
  );
}

async function setFlag(
  { api, terminal, json }: CommandContext,
  key: string,
  words: readonly string[],
): Promise<void> {
  const { flags } = await api.get('/api/policies', policiesSchema);
  const view = flags.find(({ flag }) => flag.key === key);
  if (!view) {
    const keys = flags.map(({ flag }) => flag.key).join(', ') || 'none';
    throw new CommandFailure(EXIT.refused, `a flag must be one of ${keys}; got ${key}`);
  }
  const { enabled, percentage, users } = view.flag;
  const patch = fieldChanges({ enabled, percentage, users }, words);
  const path = `/api/policies/flags/${encodeURIComponent(key)}`;
  const answer = flagViewSchema.parse(await api.send('PATCH', path, patch));
  if (json) terminal.json(answer);
  else terminal.line(`${terminal.paint.ours(key)}  ${describeFlag(answer.flag)}`);
}

async function switchMtls(
  { api, terminal, json }: CommandContext,
  state: string | undefined,
): Promise<void> {
  if (state !== undefined && state !== 'on' && state !== 'off') {
    throw new CommandFailure(EXIT.usage, `mtls takes on or off, got ${state}`);
  }
  const mtls =
    state === undefined
      ? (await api.get('/api/policies', policiesSchema)).mtls
      : mtlsSchema.parse(await api.send('PATCH', '/api/policies/mtls', { on: state === 'on' }));
  if (json) terminal.json(mtls);
  else terminal.line(`mutual TLS between services is ${mtls.on ? 'on' : 'off'}`);
}

/** `25 % and 2 users`, or `off for everybody`. */
export function describeFlag({ enabled, percentage, users }: FlagView['flag']): string {
  if (!enabled) return 'off for everybody';
  const named = users.length === 0 ? '' : ` and ${users.length} named`;
  return `${percentage} % of users${named}`;
}
