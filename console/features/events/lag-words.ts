import type { MetricSeries } from '@faultline/collector/contract';
import type { Message, ShownBytes, Topic, TopicGroup } from '@faultline/server/contract';
import { formatDuration } from '../../lib/format.ts';

/** Colour of a word about lag; a shape or the word itself stands beside it. */
export type LagTone = 'ok' | 'plain' | 'warn' | 'bad' | 'muted';

/** When a reader will have read everything, in words. */
export function drainWords({ state, drainMs }: Pick<TopicGroup, 'state' | 'drainMs'>): {
  text: string;
  tone: LagTone;
  title: string;
} {
  switch (state) {
    case 'idle':
      return { text: 'all read', tone: 'ok', title: 'Nothing lies before it' };
    case 'keeping-up':
      return {
        text: 'keeps up',
        tone: 'ok',
        title: `Less than a second of its work lies before it, ${formatDuration(drainMs)}`,
      };
    case 'draining':
      return {
        text: `drained in ${formatDuration(drainMs)}`,
        tone: 'plain',
        title: 'Lag over the rate out less the rate in, of its slowest partition',
      };
    case 'growing':
      return { text: 'lag grows', tone: 'warn', title: 'It reads no faster than is written' };
    case 'stuck':
      return {
        text: 'reads nothing',
        tone: 'bad',
        title: 'Messages lie before it and none is read',
      };
    case 'unmeasured':
      return { text: 'measuring', tone: 'muted', title: 'A rate takes two looks' };
  }
}

const GRAVITY: readonly TopicGroup['state'][] = [
  'idle',
  'keeping-up',
  'unmeasured',
  'draining',
  'growing',
  'stuck',
];

/** The reader that gets on worst; null when nobody reads. */
export function worstGroup({ groups }: Pick<Topic, 'groups'>): TopicGroup | null {
  return groups.reduce<TopicGroup | null>((worst, group) => {
    if (worst === null) return group;
    const by = GRAVITY.indexOf(group.state) - GRAVITY.indexOf(worst.state);
    return by > 0 || (by === 0 && group.lag > worst.lag) ? group : worst;
  }, null);
}

/** Topics as a list shows them: dead letters belong to their topic and have no line of their own. */
export function withoutDeadLetters(topics: readonly Topic[]): Topic[] {
  const letters = new Set(topics.map(({ deadLetters }) => deadLetters?.topic));
  return topics.filter(({ name }) => !letters.has(name));
}

/** One line of a chart of lag. */
export interface LagLine {
  key: string;
  group: string;
  partition: number | null;
}

/** Lag over time, as rows of a chart: a value a line, null where nothing was measured. */
export function lagRows(
  { series, from, stepMs }: MetricSeries,
  by: 'group' | 'partition',
): { lines: LagLine[]; rows: ({ at: number } & Record<string, number | null>)[] } {
  // A partition may change its reader: whoever measured it last says how far it is behind.
  const partitions = new Map<string, (number | null)[]>();
  for (const { labels, values } of series) {
    const key = JSON.stringify([labels.group ?? '', Number(labels.partition ?? 0)]);
    const known = partitions.get(key);
    partitions.set(
      key,
      known ? known.map((value, step) => greater(value, values[step] ?? null)) : [...values],
    );
  }
  const lines = new Map<string, LagLine & { values: (number | null)[] }>();
  for (const [key, values] of partitions) {
    const [group, partition] = JSON.parse(key) as [string, number];
    const name = by === 'group' ? group : `${group} ${partition}`;
    const line = lines.get(name);
    lines.set(name, {
      ...{ key: name, group, partition: by === 'group' ? null : partition },
      values: line ? line.values.map((value, step) => plus(value, values[step] ?? null)) : values,
    });
  }
  const sorted = [...lines.values()].sort(
    (a, b) => a.group.localeCompare(b.group) || (a.partition ?? 0) - (b.partition ?? 0),
  );
  const steps = Math.max(0, ...sorted.map(({ values }) => values.length));
  return {
    lines: sorted.map(({ key, group, partition }) => ({ key, group, partition })),
    rows: Array.from({ length: steps }, (_, step) => ({
      at: from + step * stepMs,
      ...Object.fromEntries(sorted.map(({ key, values }) => [key, values[step] ?? null])),
    })),
  };
}

function greater(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

/** A message's place on its topic, as links and selections spell it: `0:12`. */
export function placeOf({ partition, offset }: Pick<Message, 'partition' | 'offset'>): string {
  return `${partition}:${offset}`;
}

/** Bytes in one line. */
export function inline(bytes: ShownBytes | null): string {
  if (bytes === null) return '–';
  return bytes.encoding === 'hex' ? `0x${bytes.text}` : bytes.text.replace(/\s+/g, ' ');
}

/** Bytes as a block: JSON with its structure, digits in groups of 16 bytes. */
export function block(bytes: ShownBytes): string {
  if (bytes.encoding === 'json') {
    try {
      return JSON.stringify(JSON.parse(bytes.text), null, 2);
    } catch {
      return bytes.text;
    }
  }
  if (bytes.encoding === 'text') return bytes.text;
  return (bytes.text.match(/.{1,32}/g) ?? [])
    .map((line) => (line.match(/../g) ?? []).join(' '))
    .join('\n');
}
