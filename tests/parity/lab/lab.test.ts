import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../lab/lab.ts';
import { findDocker, isMissing, titleOf } from '../../real-parts/parts.ts';
import { EXPERIMENTS } from './experiments.ts';
import { runExperiment, type Outcome } from './run.ts';

const missing = isMissing('docker', findDocker());
const outcomes = new Map<string, Outcome>();

describe('every experiment holds on processes', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(['--runtime', 'process']);
  }, 240_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each(EXPERIMENTS)(
    '$name',
    async (experiment) => {
      const outcome = await runExperiment(lab, experiment);
      outcomes.set(experiment.name, outcome);
      expect(outcome.verdict).toBe('holds');
      expect(outcome.events).toEqual(
        expect.arrayContaining(['the fault begins', 'the fault ends']),
      );
    },
    300_000,
  );
});

describe.skipIf(missing)(titleOf('every experiment ends the same on containers', missing), () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(['--runtime', 'docker']);
  }, 600_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each(EXPERIMENTS)(
    '$name',
    async (experiment) => {
      expect(await runExperiment(lab, experiment)).toEqual(outcomes.get(experiment.name));
    },
    300_000,
  );
});
