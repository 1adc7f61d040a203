import { z } from 'zod';
import type { FaultRegistry } from '../faults/registry.ts';
import { PROBES, type AnyProbeKind } from '../probes/registry.ts';
import { readCheck } from './checks.ts';
import { loadSchema, toLoad } from './load.ts';
import type { AbortCondition, Experiment, ParsedDocument } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import { readPolicies } from './policies.ts';
import { createProblemList } from './problems.ts';
import { createReading, isMap, readAs, readEach, type Reading } from './reader.ts';
import {
  abortShape,
  createSchemas,
  metadataSchema,
  recoverySchema,
  type Schemas,
} from './schema.ts';
import { readSighting } from './sightings.ts';
import { readSource } from './source.ts';
import { readSteps } from './steps.ts';
import { readSweep } from './sweep.ts';
import { readVariants } from './variants.ts';
import { createVocabulary, type Catalogue } from './vocabulary.ts';

/** What a document is held against; by default what the lab has. */
export interface ParseOptions {
  registry?: FaultRegistry;
  probes?: readonly AnyProbeKind[];
  catalogue?: Catalogue;
  /** Path of the file: its name without `.yaml` must be the experiment's. */
  fileName?: string;
}

/**
 * Reads an experiment. Everything that is wrong with it is told at once, with its place in the text;
 * nothing is thrown, whatever the text is.
 */
export function parseExperiment(text: string, options: ParseOptions = {}): ParsedDocument {
  const source = readSource(text);
  if (!source.ok) return source;
  const problems = createProblemList(source.locate);
  const reading = createReading(problems, schemasFor(options), (path) => {
    return source.locate(path, 'key').line;
  });
  const fileName = options.fileName?.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');
  const experiment = readExperiment(reading, source.value, fileName);
  return experiment && problems.count === 0
    ? { ok: true, experiment, text }
    : { ok: false, problems: problems.toList() };
}

let standard: Schemas | undefined;

/** Making the schemas takes longer than reading a document. */
function schemasFor({ registry, probes, catalogue }: ParseOptions): Schemas {
  if (registry ?? probes ?? catalogue) {
    return createSchemas(createVocabulary(probes ?? PROBES, registry, catalogue));
  }
  standard ??= createSchemas(createVocabulary(PROBES));
  return standard;
}

function readExperiment(
  reading: Reading,
  value: unknown,
  fileName: string | undefined,
): Experiment | undefined {
  const { problems } = reading;
  if (!isMap(value)) {
    problems.add([], 'must be a map that begins with apiVersion: faultline/v1', value);
    return undefined;
  }
  readHead(reading, value);
  const metadata = readAs(reading, metadataSchema, value.metadata, ['metadata']);
  if (fileName !== undefined && metadata && metadata.name !== fileName) {
    problems.add(['metadata', 'name'], `must be the file name, ${fileName}`, metadata.name);
  }
  const load = readAs(reading, loadSchema, value.load ?? {}, ['load']);
  const policies =
    value.policies === undefined ? [] : readPolicies(reading, value.policies, ['policies']);
  const upTo = (maximum: number) => ({ minimum: 0, maximum });
  const steadyState = readEach(reading, value.steadyState, ['steadyState'], upTo(50), (one, path) =>
    readCheck(reading, one, path),
  );
  const steady = reading.checks.ids;
  const method = readSteps(reading, value.method, ['method']);
  const recoveryMs = readAs(reading, recoverySchema, value.recovery, ['recovery']);
  const abortWhen = readEach(reading, value.abortWhen, ['abortWhen'], upTo(20), (one, path) =>
    readAbortCondition(reading, one, path),
  );
  const invariantName = z.enum(reading.vocabulary.names.invariants);
  const invariants = readEach(reading, value.invariants, ['invariants'], upTo(50), (one, path) =>
    readAs(reading, invariantName, one, path),
  );
  const sometimes = readEach(reading, value.sometimes, ['sometimes'], upTo(50), (one, path) =>
    readSighting(reading, one, path),
  );
  const variants = readVariants(reading, value.variants, ['variants']);
  const sweep = value.sweep === undefined ? null : readSweep(reading, value.sweep, ['sweep']);
  if (steady.length === 0 && value.invariants === undefined) {
    problems.add(['steadyState'], 'is missing: it takes a steady state or invariants', undefined);
  }
  checkReferences(reading, steady, invariants);
  if (!metadata || !load || recoveryMs === undefined || sweep === undefined) return undefined;
  const { pattern = null, runbook = null, ...rest } = metadata;
  return {
    ...rest,
    pattern,
    runbook,
    load: toLoad(load),
    ...{ policies, steadyState, method, recoveryMs, abortWhen },
    ...{ invariants: [...new Set(invariants)], sometimes, variants, sweep },
  };
}

/** What a document is, and the words it may have at the top. */
function readHead({ problems, schemas }: Reading, value: Record<string, unknown>): void {
  const words = Object.keys(schemas.document.shape);
  for (const [word, expected] of [
    ['apiVersion', 'faultline/v1'],
    ['kind', 'Experiment'],
  ] as const) {
    if (value[word] === expected) continue;
    problems.add([word], `must be ${expected}`, value[word], {
      meant: nearest(value[word], [expected]),
    });
  }
  for (const key of Object.keys(value).filter((one) => !words.includes(one))) {
    problems.add([key], `is not a word of experiments (${listNames(words)})`, value[key], {
      meant: nearest(key, words),
      at: 'key',
    });
  }
}

function readAbortCondition(
  reading: Reading,
  value: unknown,
  path: readonly (string | number)[],
): AbortCondition | undefined {
  const check = readCheck(reading, value, path, Object.keys(abortShape));
  const given = isMap(value) && value.for !== undefined ? { for: value.for } : {};
  const limits = readAs(reading, z.strictObject(abortShape), given, path);
  return check && limits && { check, forMs: limits.for };
}

function checkReferences(
  { references, problems, checks, injections }: Reading,
  steady: readonly string[],
  invariants: readonly string[],
): void {
  const known = {
    'steady-state': steady,
    injection: injections.ids,
    cause: [...checks.ids, ...invariants],
  };
  const what = {
    'steady-state': 'the id of a check of the steady state',
    injection: 'the id of an injection',
    cause: 'the id of a check or an invariant of this document',
  };
  for (const { path, name, to } of references) {
    if (!known[to].includes(name)) problems.addUnknown(path, what[to], name, known[to]);
  }
}
