import { createInterface } from 'node:readline';
import { JANITOR } from './names.ts';
import { LABELS } from './options.ts';

/** What the engine says about a container of the lab. */
export interface ContainerEvent {
  what: 'start' | 'die';
  /** Instance. */
  id: string;
  container: string;
  /** By the engine's clock, epoch milliseconds. */
  at: number;
  exitCode: number | undefined;
}

/** Events of `GET /events` that are asked for. */
export const EVENT_FILTERS = { type: ['container' as const], event: ['start', 'die'] };

/** Reads the stream of events, one JSON object on each line; ends when the stream does. */
export async function* readEvents(stream: NodeJS.ReadableStream): AsyncGenerator<ContainerEvent> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const event = parseEvent(line);
    if (event) yield event;
  }
}

/** @returns null for what is no event of an instance */
export function parseEvent(line: string): ContainerEvent | null {
  try {
    const { Action, Actor, timeNano } = JSON.parse(line) as {
      Action: string;
      Actor: { ID: string; Attributes: Record<string, string> };
      timeNano: number;
    };
    const { [LABELS.instance]: id, exitCode } = Actor.Attributes;
    if ((Action !== 'start' && Action !== 'die') || id === undefined || id === JANITOR) return null;
    return {
      what: Action,
      id,
      container: Actor.ID,
      at: timeNano / 1e6,
      exitCode: exitCode === undefined ? undefined : Number(exitCode),
    };
  } catch {
    return null;
  }
}
