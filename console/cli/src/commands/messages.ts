import { messagePageSchema, type Message, type ShownBytes } from '@faultline/server/contract';
import type { CommandContext } from '../command.ts';
import { duration, timeOfDay } from '../format.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of `topics messages`. */
export interface MessageOptions {
  limit: string;
  partition?: string;
  from?: string;
  key?: string;
  type?: string;
  follow?: boolean;
}

/** Pause between two looks for new messages, milliseconds. */
const FOLLOW_INTERVAL_MS = 1000;
const LONGEST_VALUE = 120;

/** Prints the newest messages, and with `--follow` those that come. */
export async function followMessages(
  context: CommandContext,
  topic: string,
  { follow, ...conditions }: MessageOptions,
): Promise<void> {
  const query = new URLSearchParams({ ...conditions });
  const path = `/api/topics/${encodeURIComponent(topic)}/messages?${query.toString()}`;
  /** Next offset to print, by partition. */
  const next = new Map<number, number>();
  for (;;) {
    const { messages } = await context.api.get(path, messagePageSchema);
    const fresh = messages
      .filter(({ partition, offset }) => offset >= (next.get(partition) ?? 0))
      .reverse();
    for (const message of fresh) {
      const { partition, offset } = message;
      next.set(partition, Math.max(next.get(partition) ?? 0, offset + 1));
      if (context.json) context.terminal.line(JSON.stringify(message));
      else context.terminal.line(oneLine(message, context.terminal));
    }
    if (!follow) return;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_INTERVAL_MS));
  }
}

function oneLine(message: Message, { paint }: Terminal): string {
  const place = `${message.partition}:${message.offset}`.padEnd(9);
  const what = message.event ? paint.strong(printable(message.event.type)) : paint.warn('no event');
  const trace = message.traceId ? paint.muted(`  ${message.traceId.slice(0, 8)}`) : '';
  return `${timeOfDay(message.at)} ${place} ${what} ${shown(message.key)} ${shown(message.value)}${trace}`;
}

function shown(bytes: ShownBytes | null): string {
  if (bytes === null) return '-';
  const text = bytes.encoding === 'hex' ? `0x${bytes.text}` : bytes.text.replace(/\s+/g, ' ');
  return printable(text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);
}

/** Prints what consumers gave up on, with the reason. */
export async function showDeadLetters(
  { api, terminal, json }: CommandContext,
  topic: string,
  { limit }: { limit: string },
): Promise<void> {
  const query = new URLSearchParams({ limit });
  const path = `/api/topics/${encodeURIComponent(topic)}/deadletters?${query.toString()}`;
  const page = await api.get(path, messagePageSchema);
  if (json) {
    terminal.json(page);
    return;
  }
  if (page.messages.length === 0) {
    terminal.line('no dead letters');
    return;
  }
  const now = Date.now();
  terminal.table(
    ['offset', 'age', 'event', 'key', 'attempts', 'group', 'redriven', 'reason'],
    page.messages.map(({ partition, offset, at, event, key, deadLetter }) => [
      `${partition}:${offset}`,
      duration(Math.max(0, now - at)),
      printable(event?.type ?? 'no event'),
      shown(key),
      String(deadLetter?.attempts ?? '-'),
      printable(deadLetter?.group ?? '-'),
      deadLetter?.redrivenAt ? timeOfDay(deadLetter.redrivenAt) : '-',
      printable(deadLetter?.reason ?? ''),
    ]),
  );
}
