import { z } from 'zod';
import { TTL_SECONDS } from '../faults/registry.ts';
import { resolveTarget, type Selector } from '../faults/selector.ts';
import type { AnyFaultKind } from '../faults/model.ts';
import { catalogueFleet } from './catalogue-fleet.ts';
import type { Step } from './model.ts';
import { nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import { duration, sayDuration } from './quantity.ts';
import { isMap, readAs, type Reading } from './reader.ts';
import { idSchema } from './checks.ts';
import { toFields, wordsOf, type FieldWord } from './unit-fields.ts';
import type { Vocabulary } from './vocabulary.ts';

type Injection = Omit<Extract<Step, { kind: 'inject' }>, 'line'>;

const name = z.string().min(1).max(120);
const SELECTOR = {
  link: name.optional().describe('Links that are hit; * stands for any run of characters'),
  links: z.array(name).min(1).max(100).optional().describe('Several links'),
  service: name.optional().describe('All instances of a service, or all links to it'),
  instance: name.optional().describe('One instance: payments-2'),
};
const LEASE = {
  as: idSchema.optional().describe('Id that `clear` refers to; by default the kind of fault'),
  for: duration(TTL_SECONDS.minimum * 1000, TTL_SECONDS.maximum * 1000)
    .prefault(sayDuration(TTL_SECONDS.default * 1000))
    .describe('The fault ends by itself after this time'),
};
const WORDS_OF_ALL = [...Object.keys(SELECTOR), ...Object.keys(LEASE), 'kind'];

/** How one kind of fault is written. */
interface InjectionWords {
  kind: AnyFaultKind;
  words: FieldWord[];
  schema: z.ZodType<Record<string, unknown>>;
}

/** How faults are written, by kind. */
export function createInjectionSchemas({ faults }: Vocabulary): Map<string, InjectionWords> {
  return new Map(
    faults.kinds.map((kind) => {
      const words = wordsOf(faults.fields(kind)).filter(({ word }) => !WORDS_OF_ALL.includes(word));
      const entries = words.map(({ word, schema }) => [word, schema.optional()] as const);
      const schema = z
        .strictObject({
          kind: z.literal(kind.kind).describe(kind.summary),
          ...SELECTOR,
          ...LEASE,
          ...Object.fromEntries(entries),
        })
        .describe(kind.summary);
      return [kind.kind, { kind, words, schema }];
    }),
  );
}

/** Reads `inject: { kind, a selector, fields of the kind, for, as }`. */
export function readInjection(
  reading: Reading,
  value: unknown,
  path: DocumentPath,
): Injection | undefined {
  const { problems, schemas, injections } = reading;
  if (!isMap(value)) {
    problems.add(path, 'must be a map with the kind of fault and what it hits', value);
    return undefined;
  }
  const id = injections.assign(value.as, value.kind, path, 'as');
  const form = typeof value.kind === 'string' ? schemas.injections.get(value.kind) : undefined;
  if (!form) {
    problems.addUnknown([...path, 'kind'], 'a kind of fault', value.kind, [
      ...schemas.injections.keys(),
    ]);
    return undefined;
  }
  const read = readAs(reading, form.schema, value, path);
  if (!read) return undefined;
  const fault = toFault(reading, form, { given: value, read, path });
  return fault && { kind: 'inject', id, fault, forMs: read.for as number };
}

function toFault(
  reading: Reading,
  { kind, words }: InjectionWords,
  {
    given,
    read,
    path,
  }: { given: Record<string, unknown>; read: Record<string, unknown>; path: DocumentPath },
): Injection['fault'] | undefined {
  const { link, links, service, instance } = read as Selector;
  const selector = withoutGaps({ link, links, service, instance });
  const asked = { kind: kind.kind, ...selector, ...toFields(words, read) };
  const answer = reading.vocabulary.faults.parse(asked);
  if (!('request' in answer)) {
    for (const { field, rule } of answer.errors) {
      const word = words.find((one) => one.field === field && Object.hasOwn(given, one.word));
      const key = word?.word ?? field;
      reading.problems.add([...path, key], rule, given[key]);
    }
    return undefined;
  }
  if (!checkTarget(reading, kind, selector, path)) return undefined;
  const { ttlSeconds: _lease, ...fault } = answer.request;
  return { ...withoutGaps(fault), kind: kind.kind };
}

function checkTarget(
  { problems, vocabulary }: Reading,
  kind: AnyFaultKind,
  selector: Selector,
  path: DocumentPath,
): boolean {
  const fleet = catalogueFleet(vocabulary.topology, 'most');
  const target = resolveTarget(kind, selector, fleet);
  if (target.kind !== 'refused') return true;
  const known = [
    ...vocabulary.names.links,
    ...vocabulary.names.services,
    ...[...fleet.services, ...fleet.resources].flatMap((part) =>
      part.instances.map(({ id }) => id),
    ),
  ];
  for (const { field, rule } of target.errors) {
    const received = selector[field as keyof Selector];
    const at = received === undefined ? path : [...path, field];
    problems.add(at, `must be ${rule}`, received ?? 'none', { meant: nearest(received, known) });
  }
  return false;
}

function withoutGaps<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Value;
}
