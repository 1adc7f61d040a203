import { SCHEMA_PHASES, schemaStatusSchema, type SchemaStatus } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';

/** `schema`: a change of a service's tables by expand and contract, while it runs. */
export const schemaCommands: CommandGroup = (program, context) => {
  const schema = program
    .command('schema')
    .description('change the tables of a running service in phases');
  schema
    .command('show <service>')
    .description('which phase the change is in')
    .action((service: string) => show(context(), service));
  schema
    .command('phase <service> <phase>')
    .description(
      `go to a neighbouring phase (${SCHEMA_PHASES.join(', ')}), or all-at-once: what breaks readers`,
    )
    .action((service: string, phase: string) => move(context(), service, phase));
};

async function show(context: CommandContext, service: string): Promise<void> {
  const path = `/api/schema/${encodeURIComponent(service)}`;
  tell(context, service, await context.api.get(path, schemaStatusSchema));
}

async function move(context: CommandContext, service: string, phase: string): Promise<void> {
  const path = `/api/schema/${encodeURIComponent(service)}/phase`;
  const answer = await context.api.send('POST', path, { phase });
  tell(context, service, schemaStatusSchema.parse(answer));
}

function tell({ terminal, json }: CommandContext, service: string, status: SchemaStatus): void {
  if (json) {
    terminal.json(status);
    return;
  }
  const { phase, settled, backfill, next } = status;
  terminal.table(
    ['service', 'phase', 'all instances', 'copied', 'next'],
    [
      [
        service,
        terminal.paint.ours(phase),
        settled ? 'yes' : 'not yet',
        `${backfill.done} of ${backfill.total}`,
        next.join(', ') || 'nothing: it is done',
      ],
    ],
  );
}
