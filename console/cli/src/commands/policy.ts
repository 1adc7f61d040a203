import {
  policiesSchema,
  policyResetSchema,
  type Policies,
  type PolicyTarget,
} from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { policyFields, policyPatch } from '../policy-patch.ts';
import {
  findTarget,
  policyTargets,
  undoOf,
  type PatternValues,
  type PolicyTargetView,
} from '../policy-target.ts';
import { describeFlag } from './flag.ts';

/** `policy`: the patterns of links and of services. */
export const policyCommands: CommandGroup = (program, context) => {
  const policy = program
    .command('policy')
    .description('patterns of links and services: see, change, put back');
  policy
    .command('list [target]')
    .description(
      "what is on, and what differs from the launch; of one link 'caller->callee' or service, every field",
    )
    .option('--changed', 'only what is not as at launch')
    .action((target: string | undefined, options: { changed?: boolean }) =>
      listPolicies(context(), target, options.changed === true),
    );
  policy
    .command('set <target>')
    .description(
      "for instance: policy set 'orders->payments' retry.attempts=5, policy set payments idempotency.enabled=false",
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .action((target: string, _: unknown, command: { args: string[] }) =>
      setPolicy(context(), target, command.args.slice(1)),
    );
  policy
    .command('reset [target]')
    .description('as at launch: one link or service, or all of them with flags and mutual TLS')
    .action((target: string | undefined) => resetPolicies(context(), target));
};

async function listPolicies(
  { api, terminal, json }: CommandContext,
  name: string | undefined,
  changedOnly: boolean,
): Promise<void> {
  const all = await api.get('/api/policies', policiesSchema);
  const isShown = (target: PolicyTargetView) =>
    (name === undefined || target.name === name) && (!changedOnly || isChanged(target));
  if (name !== undefined) findTarget(all, name);
  const targets = policyTargets(all).filter(isShown);
  if (json) {
    terminal.json(asJson(all, targets, name, changedOnly));
    return;
  }
  if (name !== undefined) {
    for (const one of targets) terminal.table(['field', 'value', 'at the launch'], rows(one));
    return;
  }
  terminal.table(['target', 'on', 'off', 'changed'], targets.map(summary));
  if (!changedOnly) return;
  for (const { flag, initial } of all.flags) {
    if (!isSame(flag, initial)) terminal.line(`flag ${flag.key}  ${describeFlag(flag)}`);
  }
  if (all.mtls.on !== all.mtls.initial) terminal.line(`mutual TLS  ${all.mtls.on ? 'on' : 'off'}`);
}

/** The answer of the API without the catalogue of patterns, and without what was not asked for. */
function asJson(
  { policies, services, flags, mtls }: Policies,
  targets: readonly PolicyTargetView[],
  name: string | undefined,
  changedOnly: boolean,
): object {
  const names = new Set(targets.map((target) => target.name));
  const others = {
    flags: flags.filter(({ flag, initial }) => !changedOnly || !isSame(flag, initial)),
    ...(changedOnly && mtls.on === mtls.initial ? {} : { mtls }),
  };
  return {
    policies: policies.filter(({ link }) => names.has(link)),
    services: services.filter(({ service }) => names.has(service)),
    ...(name === undefined ? others : {}),
  };
}

function summary(target: PolicyTargetView): string[] {
  const patterns = Object.entries(target.policy) as [string, { enabled?: boolean }][];
  const names = (on: boolean) =>
    patterns
      .filter(([, fields]) => (fields.enabled !== false) === on)
      .map(([pattern]) => pattern)
      .join(' ') || '-';
  const now = policyFields(target.policy);
  const changed = Object.keys(policyFields(undoOf(target))).map(
    (field) => `${field}=${String(now[field])}`,
  );
  return [target.name, names(true), names(false), changed.join(' ') || '-'];
}

function rows({ policy, initial }: PolicyTargetView): string[][] {
  const before = policyFields(initial);
  return Object.entries(policyFields(policy)).map(([field, value]) => [
    field,
    String(value),
    before[field] === value ? '' : String(before[field]),
  ]);
}

async function setPolicy(
  { api, terminal, json }: CommandContext,
  name: string,
  words: readonly string[],
): Promise<void> {
  const target = findTarget(await api.get('/api/policies', policiesSchema), name);
  const patch = policyPatch(policyFields(target.policy), words);
  const answer = await api.send<{ policy: PatternValues }>('PATCH', target.path, patch);
  if (json) {
    terminal.json(answer);
    return;
  }
  const now = policyFields(answer.policy);
  const said = Object.keys(policyFields(patch)).map((field) => `${field}=${String(now[field])}`);
  terminal.line(`${terminal.paint.ours(name)}  ${said.join(' ')}`);
}

async function resetPolicies(
  { api, terminal, json }: CommandContext,
  name: string | undefined,
): Promise<void> {
  let reset: PolicyTarget[];
  if (name === undefined) {
    const answer = await api.send('POST', '/api/policies/reset', {});
    ({ reset } = policyResetSchema.parse(answer));
  } else {
    const target = findTarget(await api.get('/api/policies', policiesSchema), name);
    reset = isChanged(target) ? [{ kind: target.kind, name }] : [];
    if (isChanged(target)) await api.send('PATCH', target.path, undoOf(target));
  }
  if (json) terminal.json({ reset });
  else terminal.line(describeReset(reset));
}

/** `as at launch: orders->payments, mtls`. */
export function describeReset(reset: readonly PolicyTarget[]): string {
  if (reset.length === 0) return 'everything was as at launch';
  return `as at launch: ${reset.map(({ name }) => name).join(', ')}`;
}

function isChanged(target: PolicyTargetView): boolean {
  return Object.keys(undoOf(target)).length > 0;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
