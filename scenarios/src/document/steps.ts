import { BREAKER_STATES } from '@faultline/chassis/core';
import { z } from 'zod';
import { CHECK_SHAPE, createCheckSchema, idSchema, readCheck } from './checks.ts';
import { readInjection } from './injection.ts';
import { loadChangeSchema } from './load.ts';
import type { Step } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import { readPolicies, type PolicySchemas } from './policies.ts';
import { duration } from './quantity.ts';
import { isMap, readAs, readEach, type Reading } from './reader.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Phases of a schema change, and the way that breaks old readers. */
const SCHEMA_PHASES = [
  ...['before', 'expand', 'dual-write', 'backfill', 'read-new', 'contract'],
  'all-at-once',
] as const;
/** Longest observation and longest wait. */
const HOUR = 3_600_000;
const MAXIMUM_STEPS = 200;
const MAXIMUM_BRANCHES = 10;
/** Deepest nesting of blocks. */
const MAXIMUM_BLOCKS = 5;

/** Beside the check of `await`. */
export const awaitShape = {
  within: duration(100, HOUR).prefault('30s').describe('Longest time until it holds'),
  for: duration(0, HOUR).prefault(0).describe('How long it must hold without a break'),
};

/** Schemas of the steps that are read as a whole. */
export function createStepSchemas({ names, topology }: Vocabulary) {
  const mostReplicas = Math.max(...topology.services.map(({ maxReplicas }) => maxReplicas));
  return {
    clear: z
      .union([z.literal('all'), idSchema, z.array(idSchema).min(1).max(50)], {
        error: 'must be all, the id of an injection, or a list of ids',
      })
      .describe('Ends faults: all of the run, or those with these ids'),
    observe: z.strictObject({
      for: duration(1000, HOUR).describe('Length of the observation'),
      steadyState: z
        .union([z.literal('all'), z.array(idSchema).max(50)], {
          error: 'must be all, or a list of ids of the steady state',
        })
        .default([])
        .describe('Ids of checks of the steady state that must hold over this time'),
    }),
    scale: z.strictObject({
      service: z.enum(names.services).describe('Service to scale'),
      replicas: z.int().min(0).max(mostReplicas).describe('Instances it is to have'),
    }),
    load: loadChangeSchema.describe('Changes the load; what is not named stays'),
    schema: z.strictObject({
      service: z.enum(names.schemaChanges).describe('Service that can change its schema'),
      phase: z.enum(SCHEMA_PHASES).describe('Phase to move to'),
    }),
    redrive: z.enum(names.topics).describe('Topic whose dead letters are sent again'),
    rebuild: z.enum(names.projections).describe('Service whose projection is built anew'),
  };
}

/** See {@link createStepSchemas}. */
type StepSchemas = ReturnType<typeof createStepSchemas>;

const awaitSchema = z.strictObject(awaitShape);

/** One step for editors: a map with exactly one word. */
export function createStepSchema(
  vocabulary: Vocabulary,
  steps: StepSchemas,
  { change }: PolicySchemas,
  injections: readonly z.ZodType[],
): z.ZodType {
  const waits = z.union([
    createCheckSchema(vocabulary, { ...CHECK_SHAPE, ...awaitShape }),
    z.strictObject({
      breaker: z.enum(vocabulary.names.serviceLinks).describe('Link of the circuit breaker'),
      state: z.enum(BREAKER_STATES).describe('State that is awaited'),
      id: idSchema.optional(),
      ...awaitShape,
    }),
  ]);
  const step: z.ZodType = z.lazy(() => {
    const list = z.array(step).min(1);
    return z.union([
      z.strictObject({ inject: anyOf(injections) }),
      z.strictObject({ await: waits }),
      z.strictObject({ policy: z.union([change, z.array(change)]) }),
      z.strictObject({ parallel: z.array(list).min(2).max(MAXIMUM_BRANCHES) }),
      z.strictObject({ sequence: list }),
      ...Object.entries(steps).map(([word, schema]) => z.strictObject({ [word]: schema })),
    ]);
  });
  return step;
}

function anyOf(schemas: readonly z.ZodType[]): z.ZodType {
  const [first, ...others] = schemas;
  return first ? z.union([first, ...others]) : z.never();
}

type StepBody = Step extends infer One ? (One extends Step ? Omit<One, 'line'> : never) : never;
type Place = { path: DocumentPath; depth: number };

const READERS: Readonly<
  Record<Step['kind'], (reading: Reading, value: unknown, place: Place) => StepBody | undefined>
> = {
  inject: (reading, value, { path }) => readInjection(reading, value, path),
  clear: (reading, value, { path }) => readClear(reading, value, path),
  await: (reading, value, { path }) => readAwait(reading, value, path),
  observe: (reading, value, { path }) => readObserve(reading, value, path),
  scale: (reading, value, { path }) => readScale(reading, value, path),
  policy: (reading, value, { path }) => ({
    kind: 'policy',
    changes: readPolicies(reading, value, path),
  }),
  load(reading, value, { path }) {
    const change = readAs(reading, reading.schemas.steps.load, value, path);
    if (!change) return undefined;
    const { rps, mix } = change;
    return {
      kind: 'load',
      change: { ...(rps === undefined ? {} : { rps }), ...(mix === undefined ? {} : { mix }) },
    };
  },
  schema(reading, value, { path }) {
    const read = readAs(reading, reading.schemas.steps.schema, value, path);
    return read && { kind: 'schema', ...read };
  },
  redrive(reading, value, { path }) {
    const topic = readAs(reading, reading.schemas.steps.redrive, value, path);
    return topic === undefined ? undefined : { kind: 'redrive', topic };
  },
  rebuild(reading, value, { path }) {
    const service = readAs(reading, reading.schemas.steps.rebuild, value, path);
    return service === undefined ? undefined : { kind: 'rebuild', service };
  },
  parallel(reading, value, { path, depth }) {
    const limits = { minimum: 2, maximum: MAXIMUM_BRANCHES };
    const branches = readEach(reading, value, path, limits, (branch, at) =>
      readSteps(reading, branch, at, depth + 1),
    );
    return { kind: 'parallel', branches };
  },
  sequence: (reading, value, { path, depth }) => ({
    kind: 'sequence',
    steps: readSteps(reading, value, path, depth + 1),
  }),
};
const WORDS = Object.keys(READERS) as readonly Step['kind'][];

/** The steps of the method or of a block, in order. */
export function readSteps(reading: Reading, value: unknown, path: DocumentPath, depth = 0): Step[] {
  if (depth > MAXIMUM_BLOCKS) {
    reading.problems.add(path, `must not be nested deeper than ${MAXIMUM_BLOCKS} blocks`, value);
    return [];
  }
  const limits = { minimum: 1, maximum: MAXIMUM_STEPS };
  return readEach(reading, value, path, limits, (one, at) => readStep(reading, one, at, depth));
}

function readStep(
  reading: Reading,
  value: unknown,
  path: DocumentPath,
  depth: number,
): Step | undefined {
  const { problems } = reading;
  const keys = isMap(value) ? Object.keys(value) : [];
  if (!isMap(value) || keys.length === 0) {
    problems.add(path, `must be a map with one word of ${listNames(WORDS)}`, value);
    return undefined;
  }
  for (const key of keys.filter((one) => !WORDS.some((word) => word === one))) {
    problems.add([...path, key], `is not a step (${listNames(WORDS)})`, value[key], {
      meant: nearest(key, WORDS),
      at: 'key',
    });
  }
  const [word, second] = WORDS.filter((one) => Object.hasOwn(value, one));
  if (word === undefined) return undefined;
  if (second !== undefined) {
    const rule = `must be a step of its own, with a dash: ${word} stands before it`;
    problems.add([...path, second], rule, value[second], { at: 'key' });
  }
  const step = READERS[word](reading, value[word], { path: [...path, word], depth });
  return step && { ...step, line: reading.lineOf(path) };
}

function readClear(reading: Reading, value: unknown, path: DocumentPath): StepBody | undefined {
  const what = readAs(reading, reading.schemas.steps.clear, value, path);
  if (what === undefined) return undefined;
  if (what === 'all') return { kind: 'clear', what };
  const ids = typeof what === 'string' ? [what] : what;
  for (const [index, name] of ids.entries()) {
    const at = typeof what === 'string' ? path : [...path, index];
    reading.references.push({ path: at, name, to: 'injection' });
  }
  return { kind: 'clear', what: ids };
}

function readAwait(reading: Reading, value: unknown, path: DocumentPath): StepBody | undefined {
  const isBreaker = isMap(value) && 'breaker' in value;
  const general = isBreaker ? fromBreaker(reading, value, path) : value;
  if (general === undefined) return undefined;
  const check = readCheck(reading, general, path, Object.keys(awaitShape));
  if (!isMap(value)) return undefined;
  const given = Object.entries(value).filter(([word]) => Object.hasOwn(awaitShape, word));
  const limits = readAs(reading, awaitSchema, Object.fromEntries(given), path);
  if (!check || !limits) return undefined;
  if (limits.for > limits.within) {
    reading.problems.add([...path, 'for'], 'must not be longer than within', value.for);
  }
  return { kind: 'await', check, withinMs: limits.within, forMs: limits.for };
}

/** `{ breaker: orders->payments, state: open }` is short for a probe of the breaker. */
function fromBreaker(
  { problems, vocabulary }: Reading,
  value: Record<string, unknown>,
  path: DocumentPath,
): Record<string, unknown> | undefined {
  const { breaker, state, ...rest } = value;
  const { serviceLinks } = vocabulary.names;
  const before = problems.count;
  if (!serviceLinks.some((one) => one === breaker)) {
    problems.addUnknown([...path, 'breaker'], 'a link between services', breaker, serviceLinks);
  }
  if (!BREAKER_STATES.some((one) => one === state)) {
    problems.addUnknown([...path, 'state'], 'a state of breakers', state, BREAKER_STATES);
  }
  const general = { probe: 'breaker', link: breaker, expect: state, ...rest };
  return problems.count === before ? general : undefined;
}

function readObserve(reading: Reading, value: unknown, path: DocumentPath): StepBody | undefined {
  const read = readAs(reading, reading.schemas.steps.observe, value, path);
  if (!read) return undefined;
  const { steadyState } = read;
  if (steadyState === 'all') {
    return { kind: 'observe', forMs: read.for, checks: [...reading.checks.ids] };
  }
  for (const [index, name] of steadyState.entries()) {
    const at = [...path, 'steadyState', index];
    reading.references.push({ path: at, name, to: 'steady-state' });
  }
  return { kind: 'observe', forMs: read.for, checks: steadyState };
}

function readScale(reading: Reading, value: unknown, path: DocumentPath): StepBody | undefined {
  const read = readAs(reading, reading.schemas.steps.scale, value, path);
  if (!read) return undefined;
  const { services } = reading.vocabulary.topology;
  const most = services.find(({ name }) => name === read.service)?.maxReplicas ?? 0;
  if (read.replicas > most) {
    const rule = `must be at most ${most} for ${read.service}`;
    reading.problems.add([...path, 'replicas'], rule, read.replicas);
    return undefined;
  }
  return { kind: 'scale', ...read };
}
