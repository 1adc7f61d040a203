import { createRandom, type Clock } from '@faultline/chassis/core';
import {
  createProbeWords,
  experimentJsonSchema,
  parseExperiment,
  planExperiment,
  runExperiment,
  type FaultRegistry,
  type ProbeRegistry,
  type ProbeWords,
} from '@faultline/scenarios';
import { renderReport } from '@faultline/scenarios/report';
import {
  drawSchedule,
  planSoak,
  readOff,
  runSoak,
  soakDocument,
  type SoakSpec,
} from '@faultline/scenarios/soak';
import { VERSION } from '../version.ts';
import type { EngineOrder, RunEngine, Work } from './engine.ts';

/** What the engine works with. */
export interface ScenarioEngineParts {
  registry: FaultRegistry;
  probes: ProbeRegistry;
  clock: Clock;
}

/** The engine of the scenarios. */
export function createScenarioEngine(parts: ScenarioEngineParts): RunEngine {
  const { registry, probes } = parts;
  const words = createProbeWords(probes);
  let schema: object | null = null;
  return {
    parse: (text, fileName) => parseExperiment(text, fileName === undefined ? {} : { fileName }),
    schema: () => (schema ??= experimentJsonSchema()),
    plan: (experiment, options) =>
      planExperiment(experiment, {
        ...options,
        describeProbe: (probe) => words.describe(probe),
        unitOf: (probe) => words.unit(probe),
      }),
    planSoak(spec, { status, ...around }) {
      const off = readOff(spec.off);
      if (!off.ok) return { problem: off.problem };
      const random = createRandom(spec.seed);
      const admits = (fault: object) => around.resolve(fault).kind === 'ok';
      const schedule = drawSchedule(spec, { random, registry, status, admits });
      return planSoak({ spec, schedule, off: off.changes, ...around });
    },
    describeSoak: soakDocument,
    execute: (order) =>
      order.work.kind === 'soak'
        ? executeSoak(order, order.work.spec, parts)
        : executeExperiment(order, order.work, { ...parts, words }),
    render: renderReport,
  };
}

async function executeExperiment(
  { run, ports, write, signal }: EngineOrder,
  { experiment, variants }: Extract<Work, { kind: 'experiment' }>,
  { clock, words }: ScenarioEngineParts & { words: ProbeWords },
): Promise<void> {
  const { id: runId, seed, document, requestedBy, runtime } = run;
  await runExperiment({
    ...{ runId, seed, document, requestedBy, runtime, experiment, version: VERSION },
    ...{ ports, clock, write, signal, probes: words, random: createRandom(seed) },
    ...(variants === undefined ? {} : { variants }),
  });
}

async function executeSoak(
  { run, ports, status, keep, write, signal }: EngineOrder,
  spec: SoakSpec,
  { registry, clock }: ScenarioEngineParts,
): Promise<void> {
  const { id: runId, seed, requestedBy, runtime } = run;
  const { minimal } = await runSoak({
    ...{ runId, spec, requestedBy, runtime, version: VERSION },
    ...{ ports, registry, status, clock, write, signal },
    ...{ random: createRandom(seed), scheduleRandom: createRandom(spec.seed) },
  });
  if (minimal) await keep(minimal.document);
}
