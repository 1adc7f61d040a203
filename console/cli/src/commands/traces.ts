import { tracePageSchema, traceSchema, type Trace } from '@faultline/collector/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { duration, timeOfDay } from '../format.ts';
import { printable } from '../terminal.ts';
import { waterfall } from '../waterfall.ts';

interface TraceOptions {
  service?: string;
  operation?: string;
  link?: string;
  status?: string;
  minMs?: string;
  slowest?: boolean;
  limit: string;
}

/** `traces`: search them, or draw one. */
export const traceCommands: CommandGroup = (program, context) => {
  program
    .command('traces [traceId]')
    .description('search traces, or draw one as a waterfall')
    .option('--service <service>', 'a service that took part')
    .option('--operation <operation>', "an operation, for instance 'POST /v1/orders'")
    .option('--link <link>', "a link it crossed, 'caller->callee'")
    .option('--status <status>', 'ok or error')
    .option('--min-ms <ms>', 'at least this long')
    .option('--slowest', 'slowest first, not newest')
    .option('-n, --limit <count>', 'how many', '20')
    .action((traceId: string | undefined, options: TraceOptions) =>
      traceId === undefined ? search(context(), options) : draw(context(), traceId),
    );
};

async function search(
  { api, terminal, json }: CommandContext,
  { slowest, ...conditions }: TraceOptions,
): Promise<void> {
  const query = new URLSearchParams({ ...conditions, ...(slowest ? { sort: 'slowest' } : {}) });
  const page = await api.get(`/api/traces?${query.toString()}`, tracePageSchema);
  if (json) {
    terminal.json(page);
    return;
  }
  if (page.traces.length === 0) terminal.line('no trace matches');
  else {
    terminal.table(
      ['trace', 'started', 'root', 'status', 'duration', 'spans', 'errors'],
      page.traces.map((trace) => [
        trace.traceId,
        timeOfDay(trace.startedAt),
        printable(`${trace.service} ${trace.operation}`),
        String(trace.httpStatus ?? (trace.errorCount > 0 ? 'error' : 'ok')),
        duration(trace.durationMs),
        String(trace.spanCount),
        trace.errorCount > 0 ? terminal.paint.bad(String(trace.errorCount)) : '0',
      ]),
    );
  }
}

async function draw({ api, terminal, json }: CommandContext, traceId: string): Promise<void> {
  const trace: Trace = await api.get(`/api/traces/${encodeURIComponent(traceId)}`, traceSchema);
  if (json) {
    terminal.json(trace);
    return;
  }
  terminal.line(
    `${terminal.paint.strong(printable(`${trace.service} ${trace.operation}`))}  ${duration(trace.durationMs)}  ${trace.spanCount} spans, ${trace.errorCount} errors`,
  );
  for (const row of waterfall(trace.spans)) {
    const paint = row.failed ? terminal.paint.bad : (text: string) => text;
    terminal.line(`${paint(printable(row.label))}  ${row.bar}  ${duration(row.durationMs)}`);
  }
}
