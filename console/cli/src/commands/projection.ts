import { projectionSchema, projectionsSchema, type Projection } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { duration, timeOfDay } from '../format.ts';
import { printable, type Paint } from '../terminal.ts';

/** How often a rebuild that is waited for is looked at, milliseconds. */
const LOOK_EVERY_MS = 500;

/** `projection`: how far read sides are behind, and building one anew. */
export const projectionCommands: CommandGroup = (program, context) => {
  const projection = program
    .command('projection')
    .description('projections with their lag and the progress of a rebuild')
    .action(() => list(context()));
  projection
    .command('rebuild <service>')
    .description('build a projection anew from its log; the old one serves meanwhile')
    .option('-w, --wait', 'until the new one serves')
    .action((service: string, { wait }: { wait?: boolean }) =>
      rebuild(context(), service, wait === true),
    );
};

async function list({ api, terminal, json }: CommandContext): Promise<void> {
  const { projections } = await api.get('/api/projections', projectionsSchema);
  if (json) {
    terminal.json(projections);
    return;
  }
  terminal.table(
    ['service', 'log', 'behind', 'for', 'generation', 'rebuild'],
    projections.map((projection) => rowOf(projection, terminal.paint)),
  );
}

function rowOf({ service, status, problem }: Projection, paint: Paint): string[] {
  if (!status) return [service, paint.bad(printable(problem ?? 'unknown')), '', '', '', ''];
  const { head, lagEvents, lagMs, serving, building, rebuiltAt } = status;
  const behind = lagEvents === 0 ? paint.ok('0') : paint.warn(String(lagEvents));
  const rebuild = building
    ? paint.ours(`${building.checkpoint} of ${head}`)
    : rebuiltAt === null
      ? '-'
      : `done ${timeOfDay(rebuiltAt)}`;
  return [service, String(head), behind, duration(lagMs), String(serving.generation), rebuild];
}

async function rebuild(context: CommandContext, service: string, wait: boolean): Promise<void> {
  const { api, terminal, json } = context;
  const path = `/api/projections/${encodeURIComponent(service)}/rebuild`;
  let projection = projectionSchema.parse(await api.send('POST', path, undefined));
  while (wait && projection.status?.building) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const { projections } = await api.get('/api/projections', projectionsSchema);
    const found = projections.find((candidate) => candidate.service === service);
    if (!found) throw new CommandFailure(EXIT.refused, `${service} has no projection any more`);
    // An instance that is restarted in the middle is waited for: another one goes on.
    if (found.status) projection = found;
  }
  if (json) terminal.json(projection);
  else
    terminal.table(
      ['service', 'log', 'behind', 'for', 'generation', 'rebuild'],
      [rowOf(projection, terminal.paint)],
    );
}
