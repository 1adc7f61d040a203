import { ATTRIBUTE } from '@faultline/chassis/core';
import { z } from 'zod';
import { matchesGlob } from '../faults/glob.ts';
import type { Sighting } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import { isMap, readAs, type Reading } from './reader.ts';
import type { Vocabulary } from './vocabulary.ts';

const attribute = z.union([z.string().min(1).max(200), z.number(), z.boolean()], {
  error: 'must be a text, a number or true or false',
});

/** Attributes of events that have no constant of their own; `EVENT` documents them. */
const MORE_ATTRIBUTES = [
  ...['attempts', 'caller', 'client', 'count', 'delay_ms', 'event.id', 'failures', 'healthy'],
  ...['in_flight', 'instance', 'messaging.destination.name', 'oldest_ms', 'pool', 'reason', 'what'],
];
const ATTRIBUTES: readonly string[] = [...Object.values(ATTRIBUTE), ...MORE_ATTRIBUTES];
/** Short words that stand for an attribute in some events. */
const SHORT_WORDS = ['topic', 'to', 'from', 'state', 'style', 'step'];

/** The words of one entry of `sometimes`. */
export function createSightingSchema({ names }: Vocabulary) {
  return z
    .object({
      event: z
        .string()
        .min(1)
        .max(120)
        .meta({ examples: names.events })
        .describe('Name of an event, or a prefix that ends in *'),
      service: z.enum(names.services).optional().describe('Service that must have told it'),
      times: z.int().min(1).max(1_000_000).default(1).describe('At least so often'),
    })
    .catchall(attribute)
    .describe('Any other word is an attribute that the event must have: link, to, reason');
}

/** Reads one entry of `sometimes`; attributes get the names of the telemetry vocabulary. */
export function readSighting(
  reading: Reading,
  value: unknown,
  path: DocumentPath,
): Sighting | undefined {
  const { problems, schemas, vocabulary } = reading;
  const read = readAs(reading, schemas.sighting, value, path);
  if (!read || !isMap(value)) return undefined;
  const { event, service, times, ...words } = read;
  const { events } = vocabulary.names;
  const isKnown = event.endsWith('*')
    ? events.some((one) => matchesGlob(event, one))
    : events.includes(event);
  if (!isKnown) {
    problems.addUnknown([...path, 'event'], 'an event of the telemetry vocabulary', event, events);
    return undefined;
  }
  const attributes: Sighting['attributes'] = {};
  for (const [word, expected] of Object.entries(words)) {
    const name = attributeOf(event, word);
    if (name === null) {
      const known = [...SHORT_WORDS, ...ATTRIBUTES];
      problems.add(
        [...path, word],
        `is not an attribute of events (${listNames(known)})`,
        expected,
        {
          meant: nearest(word, [...known, 'service', 'times']),
          at: 'key',
        },
      );
    } else {
      attributes[name] = expected;
    }
  }
  return { event, attributes, service: service ?? null, times };
}

/** `to` of a breaker's event is `breaker.to`, `state` of a saga's is `saga.state`. */
function attributeOf(event: string, word: string): string | null {
  const areas = event.split('.');
  const qualified = areas.map((area) => `${area}.${word}`).find((one) => ATTRIBUTES.includes(one));
  if (qualified !== undefined) return qualified;
  if (word === 'topic') return 'messaging.destination.name';
  return ATTRIBUTES.includes(word) ? word : null;
}
