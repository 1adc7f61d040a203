import { z } from 'zod';
import { createCheckSchema, idSchema, readProbe } from './checks.ts';
import { createIdRegister } from './ids.ts';
import type { Sweep } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import { wordsFor } from './policies.ts';
import { isMap, readAs, readEach, type Reading } from './reader.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The word `sweep`. */
export function createSweepSchema(vocabulary: Vocabulary) {
  const { serviceLinks, services } = vocabulary.names;
  return z.strictObject({
    link: z.enum(serviceLinks).optional().describe('Link whose policy is varied, or …'),
    service: z.enum(services).optional().describe('… service'),
    field: z.string().max(120).describe('Pattern and field: retry.attempts, timeout.attempt'),
    values: z
      .array(z.union([z.number(), z.string().max(40), z.boolean()]))
      .min(2)
      .max(20)
      .describe('Values to run with, in order'),
    show: z
      .array(createCheckSchema(vocabulary, { id: idSchema.optional() }))
      .min(1)
      .max(10)
      .describe('Probes that are drawn against the values'),
  });
}

/** Reads `sweep: { link, field, values, show }`. */
export function readSweep(reading: Reading, value: unknown, path: DocumentPath): Sweep | undefined {
  const { problems, schemas, vocabulary } = reading;
  const show = isMap(value) ? readShown(reading, value.show, [...path, 'show']) : [];
  // The probes were read by their own schemas.
  const outline = schemas.sweep.omit({ show: true }).extend({ show: z.unknown() });
  const read = readAs(reading, outline, value, path);
  if (!read) return undefined;
  const { link, service, field, values } = read;
  const name = link ?? service;
  if (name === undefined || (link !== undefined && service !== undefined)) {
    problems.add(path, 'must have exactly one of link, service', value);
    return undefined;
  }
  const target = link === undefined ? 'service' : 'link';
  const patterns = wordsFor(reading, target, name);
  const [pattern = '', word = ''] = field.split('.');
  const words = patterns.get(pattern)?.words ?? [];
  const found = words.find((one) => one.word === word);
  if (!found) {
    const known = [...patterns].flatMap(([one, form]) => form.words.map((w) => `${one}.${w.word}`));
    const rule = `must be a field of a policy of ${name} (${listNames(known, 24)})`;
    problems.add([...path, 'field'], rule, field, { meant: nearest(field, known) });
    return undefined;
  }
  const taken = values.map((one, index) =>
    readAs(reading, found.schema, one, [...path, 'values', index]),
  );
  if (vocabulary.probes.length > 0 && show.length === 0) return undefined;
  return {
    target,
    name,
    field: `${pattern}.${found.field}`,
    values: taken.map((one) => one as Sweep['values'][number]),
    show,
  };
}

function readShown(reading: Reading, value: unknown, path: DocumentPath): Sweep['show'] {
  const ids = createIdRegister(reading.problems);
  return readEach(reading, value, path, { minimum: 1, maximum: 10 }, (one, at) => {
    if (!isMap(one)) {
      reading.problems.add(at, 'must be a map with a probe', one);
      return undefined;
    }
    const { id, ...fields } = one;
    const given = id === undefined ? undefined : readAs(reading, idSchema, id, [...at, 'id']);
    const probe = readProbe(reading, fields, at, ['id']);
    return probe && { id: ids.assign(given, one.probe, at, 'id'), probe: probe.spec };
  });
}
