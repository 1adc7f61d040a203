import { verifyAudit } from '@faultline/server/audit';
import { auditSchema, auditVerdictSchema, type AuditVerdict } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { size } from '../format.ts';
import { printable } from '../terminal.ts';

/** `audit`: who did what, and whether that was tampered with. */
export const auditCommands: CommandGroup = (program, context) => {
  const audit = program
    .command('audit')
    .description('who did what, and whether the trail is whole');
  audit
    .command('list')
    .description('the newest entries of the trail')
    .option('--actor <actor>', 'who did it: console, cli, …')
    .option('--action <action>', 'what was done, or its first part: policy.patch, policy')
    .option('--target <target>', "to what, for instance 'orders->payments'")
    .option('--q <text>', 'text anywhere in an entry')
    .option('-n, --limit <count>', 'how many', '20')
    .action((options: Record<string, string>) => listEntries(context(), options));
  audit
    .command('verify')
    .description('reads the whole trail; exit 1 names the first line that breaks its chain')
    .option('--file <path>', 'a file, without asking a lab: .faultline/audit.jsonl')
    .action((options: { file?: string }) => verify(context(), options.file));
};

async function listEntries(
  { api, terminal, json }: CommandContext,
  options: Record<string, string>,
): Promise<void> {
  const query = new URLSearchParams();
  for (const key of ['actor', 'action', 'target', 'q', 'limit']) {
    if (options[key] !== undefined) query.set(key, options[key]);
  }
  const { entries } = await api.get(`/api/audit?${query.toString()}`, auditSchema);
  if (json) {
    terminal.json(entries);
    return;
  }
  if (entries.length === 0) {
    terminal.line('no such entries');
    return;
  }
  const paint = { done: (text: string) => text, refused: terminal.paint.warn };
  terminal.table(
    ['line', 'time', 'who', 'did', 'to', 'outcome', 'detail'],
    entries
      .toReversed()
      .map(({ line, at, actor, action, target, outcome, detail }) => [
        String(line),
        new Date(at).toISOString(),
        printable(actor),
        action,
        printable(target),
        (outcome === 'failed' ? terminal.paint.bad : paint[outcome])(outcome),
        printable(detail.replace(/\s+/g, ' ')).slice(0, 120),
      ]),
  );
}

async function verify(
  { api, terminal, json }: CommandContext,
  file: string | undefined,
): Promise<void> {
  const verdict =
    file === undefined
      ? await api.get('/api/audit/verify', auditVerdictSchema)
      : await verifyFile(file);
  if (json) terminal.json(verdict);
  else terminal.line(describeVerdict(verdict));
  if (!verdict.whole) throw new CommandFailure(EXIT.refused, 'the audit trail is not whole');
}

async function verifyFile(file: string): Promise<AuditVerdict> {
  try {
    return await verifyAudit(file, { now: Date.now() });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      EXIT.usage,
      `--file must be an audit trail that can be read: ${reason}`,
    );
  }
}

/** `1,204 entries (310 kB), chain whole since 2026-11-21T08:00:00.000Z`, or what breaks it. */
export function describeVerdict(verdict: AuditVerdict): string {
  const { entries, since, until, scraps, problem } = verdict;
  const count = `${entries.toLocaleString('en-US')} ${entries === 1 ? 'entry' : 'entries'}`;
  const cuts = scraps === 0 ? '' : `, survived ${scraps} ${scraps === 1 ? 'crash' : 'crashes'}`;
  if (problem) {
    const good = until === null ? '' : `; ${count} before it are good, to ${iso(until)}`;
    return `line ${problem.line} ${problem.what}: ${problem.detail}${good}`;
  }
  const from = since === null ? '' : ` since ${iso(since)}`;
  return `${count} (${size(verdict.sizeBytes)}), chain whole${from}${cuts}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
