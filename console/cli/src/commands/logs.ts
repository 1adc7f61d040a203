import { logPageSchema, type LogRecord } from '@faultline/collector/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { timeOfDay } from '../format.ts';
import { printable, type Terminal } from '../terminal.ts';

interface LogOptions {
  service?: string;
  instance?: string;
  traceId?: string;
  correlationId?: string;
  severity?: string;
  event?: string;
  q?: string;
  limit: string;
  follow?: boolean;
}

/** Pause between two looks for new lines, milliseconds. */
const FOLLOW_INTERVAL_MS = 1000;

/** `logs`: what services said. */
export const logCommands: CommandGroup = (program, context) => {
  program
    .command('logs')
    .description('newest log records, oldest of them first')
    .option('--service <service>')
    .option('--instance <instance>')
    .option('--trace-id <id>', 'of one trace')
    .option('--correlation-id <id>', 'of everything one request caused')
    .option('--severity <level>', 'at least trace, debug, info, warn, error or fatal')
    .option('--event <name>', "an event's name, or a prefix such as saga.*")
    .option('--q <text>', 'text in the message')
    .option('-n, --limit <count>', 'how many', '50')
    .option('-f, --follow', 'go on until interrupted')
    .action((options: LogOptions) => showLogs(context(), options));
};

async function showLogs(context: CommandContext, options: LogOptions): Promise<void> {
  const { follow, ...conditions } = options;
  let newest = 0;
  let seen = new Set<string>();
  for (;;) {
    const query = new URLSearchParams({ ...conditions, order: 'newest' });
    if (newest > 0) query.set('from', String(newest));
    const { logs } = await context.api.get(`/api/logs?${query.toString()}`, logPageSchema);
    const fresh = logs.filter((record) => !seen.has(record.id)).reverse();
    print(context, fresh);
    if (!follow) return;
    newest = Math.max(newest, ...logs.map((record) => record.at));
    // Two records may share the millisecond at which the next look begins.
    seen = new Set(logs.map((record) => record.id));
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_INTERVAL_MS));
  }
}

function print({ terminal, json }: CommandContext, records: readonly LogRecord[]): void {
  if (json) for (const record of records) terminal.line(JSON.stringify(record));
  else for (const record of records) terminal.line(oneLine(record, terminal));
}

function oneLine(record: LogRecord, { paint }: Terminal): string {
  const paintLevel = { warn: paint.warn, error: paint.bad, fatal: paint.bad }[
    record.severity as string
  ];
  const level = record.severity.padEnd(5);
  const origin = (record.instance ?? record.service).padEnd(16);
  const trace = record.traceId ? paint.muted(`  ${record.traceId.slice(0, 8)}`) : '';
  const name = record.eventName ? `${paint.strong(record.eventName)} ` : '';
  return `${timeOfDay(record.at)} ${paintLevel?.(level) ?? level} ${origin} ${name}${printable(record.body)}${trace}`;
}
