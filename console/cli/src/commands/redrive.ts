import { redriveResultSchema, type RedriveRequest } from '@faultline/server/contract';
import type { CommandContext } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { printable } from '../terminal.ts';

/** Options of `topics redrive`. */
export interface RedriveOptions {
  all?: boolean;
  offset?: string[];
  limit?: string;
  dryRun?: boolean;
}

/** Sends dead letters again; exit 1 when one could not be. */
export async function redrive(
  { api, terminal, json }: CommandContext,
  topic: string,
  options: RedriveOptions,
): Promise<void> {
  const path = `/api/topics/${encodeURIComponent(topic)}/redrive`;
  const result = redriveResultSchema.parse(await api.send('POST', path, requestOf(options)));
  if (json) terminal.json(result);
  else {
    const { sent, skipped, failed, waiting, dryRun } = result;
    const verb = dryRun ? 'would be sent' : 'sent';
    terminal.line(
      `${sent} ${verb} to ${result.topic}, ${skipped} were sent earlier, ${failed.length} failed, ${waiting} wait`,
    );
    for (const { partition, offset, reason } of failed) {
      terminal.line(terminal.paint.bad(`  ${partition}:${offset}  ${printable(reason)}`));
    }
  }
  if (result.failed.length > 0) {
    throw new CommandFailure(EXIT.refused, `${result.failed.length} could not be sent`);
  }
}

function requestOf({ all, offset, limit, dryRun }: RedriveOptions): RedriveRequest {
  if ((all === true) === (offset !== undefined)) {
    throw new CommandFailure(EXIT.usage, 'either --all or --offset <partition:offset...>');
  }
  return {
    ...(offset === undefined ? { all: true as const } : { offsets: offset.map(placeOf) }),
    ...(limit === undefined ? {} : { limit: numberOf(limit) }),
    ...(dryRun === true ? { dryRun } : {}),
  };
}

function placeOf(text: string): { partition: number; offset: number } {
  const match = /^(\d{1,6}):(\d{1,15})$/.exec(text);
  if (match) return { partition: Number(match[1]), offset: Number(match[2]) };
  throw new CommandFailure(EXIT.usage, `--offset: partition:offset such as 0:12, got ${text}`);
}

function numberOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CommandFailure(EXIT.usage, `--limit: a whole number, got ${text}`);
}
