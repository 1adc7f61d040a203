import { sagaDetailSchema, sagaPageSchema, type Saga } from '@faultline/collector/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { duration, timeOfDay } from '../format.ts';
import { printable, type Paint } from '../terminal.ts';

/** `sagas`: what became of orders. */
export const sagaCommands: CommandGroup = (program, context) => {
  program
    .command('sagas [sagaId]')
    .description('list sagas, or tell the story of one')
    .option('--state <state>', 'running, compensating, completed, compensated or stuck')
    .option('-n, --limit <count>', 'how many', '20')
    .action((sagaId: string | undefined, options: { state?: string; limit: string }) =>
      sagaId === undefined ? list(context(), options) : tell(context(), sagaId),
    );
};

async function list(
  { api, terminal, json }: CommandContext,
  options: { state?: string; limit: string },
): Promise<void> {
  const query = new URLSearchParams({ ...options });
  const page = await api.get(`/api/sagas?${query.toString()}`, sagaPageSchema);
  if (json) {
    terminal.json(page);
    return;
  }
  const { running, completed, compensated, stuck } = page.counts;
  terminal.line(
    `${running} running, ${completed} completed, ${compensated} compensated, ${stuck} stuck`,
  );
  if (page.sagas.length === 0) return;
  terminal.table(
    ['saga', 'order', 'style', 'state', 'step', 'waits for', 'started', 'took', 'reason'],
    page.sagas.map((saga) => [
      saga.id,
      saga.orderId,
      saga.style,
      byState(saga.state, terminal.paint),
      saga.step,
      printable(saga.waitingFor ?? ''),
      timeOfDay(saga.startedAt),
      duration((saga.endedAt ?? saga.updatedAt) - saga.startedAt),
      printable(saga.reason ?? ''),
    ]),
  );
}

function byState(state: Saga['state'], paint: Paint): string {
  switch (state) {
    case 'completed':
      return paint.ok(state);
    case 'stuck':
      return paint.bad(state);
    case 'compensating':
    case 'compensated':
      return paint.warn(state);
    case 'running':
      return state;
  }
}

async function tell({ api, terminal, json }: CommandContext, sagaId: string): Promise<void> {
  const saga = await api.get(`/api/sagas/${encodeURIComponent(sagaId)}`, sagaDetailSchema);
  if (json) {
    terminal.json(saga);
    return;
  }
  terminal.line(
    `${terminal.paint.strong(saga.id)}  order ${saga.orderId}  ${saga.style}  ${byState(saga.state, terminal.paint)}${saga.traceId ? `  trace ${saga.traceId}` : ''}`,
  );
  terminal.table(
    ['time', 'event', 'step', 'instance', 'detail'],
    saga.timeline.map((entry) => [
      timeOfDay(entry.at),
      entry.event,
      entry.step ?? '',
      entry.instance ?? entry.service,
      printable(entry.detail),
    ]),
  );
}
