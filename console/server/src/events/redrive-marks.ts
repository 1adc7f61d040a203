import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Broker, PartitionEnds, RawMessage } from './broker.ts';

const markSchema = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  /** When the dead letter was written: tells it from another one of the same place. */
  at: z.number(),
  redrivenAt: z.number(),
});
type Mark = z.infer<typeof markSchema>;

/** Remembers which dead letters were sent again, also across a restart of the control plane. */
export interface RedriveMarks {
  /** When a dead letter was sent again; null: it was not. */
  redrivenAt(
    topic: string,
    message: Pick<RawMessage, 'partition' | 'offset' | 'at'>,
  ): number | null;
  has(topic: string, partition: number, offset: number): boolean;
  /** How many of the partitions' dead letters were not sent again. */
  waiting(topic: string, ends: readonly PartitionEnds[]): number;
  /** Resolves when the marks are on disk. */
  add(topic: string, messages: readonly RawMessage[], redrivenAt: number): Promise<void>;
  /** Forgets the marks of a log that was begun anew. */
  reconcile(topic: string, ends: readonly PartitionEnds[], broker: Broker): Promise<void>;
}

const MOST_MARKS = 50_000;

/** Opens the marks in `file`, JSON lines that are only ever appended to. */
export async function openRedriveMarks(file: string): Promise<RedriveMarks> {
  const marks = new Map<string, Map<number, Mark>>();
  const verified = new Set<string>();
  const nameOf = (topic: string, partition: number) => `${topic}/${partition}`;
  const ofPartition = (topic: string, partition: number) =>
    marks.get(nameOf(topic, partition)) ?? new Map<number, Mark>();
  const remember = (mark: Mark): void => {
    const name = nameOf(mark.topic, mark.partition);
    const own = marks.get(name) ?? new Map<number, Mark>();
    marks.set(name, own.set(mark.offset, mark));
  };
  for (const mark of await readMarks(file)) remember(mark);

  return {
    redrivenAt(topic, { partition, offset, at }) {
      const mark = ofPartition(topic, partition).get(offset);
      return mark?.at === at ? mark.redrivenAt : null;
    },
    has: (topic, partition, offset) => ofPartition(topic, partition).has(offset),
    waiting(topic, ends) {
      let waiting = 0;
      for (const { partition, low, high } of ends) {
        const sent = [...ofPartition(topic, partition).keys()].filter(
          (offset) => offset >= low && offset < high,
        );
        waiting += high - low - sent.length;
      }
      return waiting;
    },
    async add(topic, messages, redrivenAt) {
      const added = messages.map(({ partition, offset, at }) => ({
        ...{ topic, partition, offset, at, redrivenAt },
      }));
      for (const mark of added) {
        remember(mark);
        verified.add(nameOf(topic, mark.partition));
      }
      await appendFile(file, linesOf(added), { mode: 0o600, flush: true });
    },
    async reconcile(topic, ends, broker) {
      for (const { partition, low, high } of ends) {
        const name = nameOf(topic, partition);
        const offsets = [...ofPartition(topic, partition).keys()];
        const [oldest] = offsets.filter((offset) => offset >= low).sort((a, b) => a - b);
        if (oldest === undefined) continue;
        const isOfThisLog = async (): Promise<boolean> => {
          if (Math.max(...offsets) >= high) return false;
          if (verified.has(name)) return true;
          const place = { topic, partition, from: oldest, maxBytes: 1024 };
          const [message] = await broker.read(place);
          return message?.offset === oldest && message.at === marks.get(name)?.get(oldest)?.at;
        };
        if (await isOfThisLog()) verified.add(name);
        else marks.delete(name);
      }
    },
  };
}

async function readMarks(file: string): Promise<Mark[]> {
  await mkdir(dirname(file), { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n');
  // A line that a crash cut short is left out.
  const read = lines.flatMap((line) => {
    try {
      return [markSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
  const kept = read.slice(-MOST_MARKS);
  if (lines.length > kept.length + 1) await writeFile(file, linesOf(kept), { mode: 0o600 });
  return kept;
}

function linesOf(marks: readonly Mark[]): string {
  return marks.map((mark) => `${JSON.stringify(mark)}\n`).join('');
}
