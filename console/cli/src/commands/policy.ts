import { policiesSchema, type PolicyView } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { policyFields, policyPatch, type PolicyFields } from '../policy-patch.ts';

/** `policy`: the patterns around the calls of a link. */
export const policyCommands: CommandGroup = (program, context) => {
  const policy = program.command('policy').description('the patterns around the calls of a link');
  policy
    .command('list [link]')
    .description(
      "what is on, and what differs from the launch; of one link, 'caller->callee', every field",
    )
    .action((link: string | undefined) => listPolicies(context(), link));
  policy
    .command('set <link>')
    .description("for instance: policy set 'orders->payments' --breaker.enabled false")
    .allowUnknownOption()
    .allowExcessArguments()
    .action((link: string, _: unknown, command: { args: string[] }) =>
      setPolicy(context(), link, command.args.slice(1)),
    );
};

async function listPolicies(
  { api, terminal, json }: CommandContext,
  link: string | undefined,
): Promise<void> {
  const { policies } = await api.get('/api/policies', policiesSchema);
  const chosen = policies.filter((entry) => link === undefined || entry.link === link);
  if (link !== undefined && chosen.length === 0) {
    throw new CommandFailure(EXIT.refused, `no policies belong to ${link}`);
  }
  if (json) terminal.json(chosen);
  else if (link === undefined) terminal.table(['link', 'patterns', 'changed'], chosen.map(summary));
  else for (const entry of chosen) terminal.table(['field', 'value', 'at the launch'], rows(entry));
}

function summary({ link, policy, initial }: PolicyView): string[] {
  const patterns = Object.entries(policy).filter(([, pattern]) => pattern.enabled);
  const before = policyFields(initial);
  const changed = Object.entries(policyFields(policy)).filter(
    ([field, value]) => before[field] !== value,
  );
  return [
    link,
    patterns.map(([name]) => name).join(' ') || 'none',
    changed.map(([field, value]) => `${field}=${value}`).join(' ') || '-',
  ];
}

function rows({ policy, initial }: Pick<PolicyView, 'policy' | 'initial'>): string[][] {
  const before: PolicyFields = policyFields(initial);
  return Object.entries(policyFields(policy)).map(([field, value]) => [
    field,
    String(value),
    before[field] === value ? '' : String(before[field]),
  ]);
}

async function setPolicy(
  { api, terminal, json }: CommandContext,
  link: string,
  rest: readonly string[],
): Promise<void> {
  const { policies } = await api.get('/api/policies', policiesSchema);
  const entry = policies.find((one) => one.link === link);
  if (!entry) {
    const links = policies.map((one) => one.link).join(', ');
    throw new CommandFailure(EXIT.refused, `link must be one of ${links}; got ${link}`);
  }
  const patch = policyPatch(policyFields(entry.policy), rest);
  const path = `/api/policies/${encodeURIComponent(link)}`;
  const answer = await api.send<PolicyView>('PATCH', path, patch);
  if (json) terminal.json(answer);
  else terminal.line(`${link}  ${rest.join(' ').replaceAll('--', '')}`);
}
