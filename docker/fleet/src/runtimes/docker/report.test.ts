import { describe, expect, it } from 'vitest';
import { describeEngineError, toLaunchError } from './engine-problem.ts';
import { judgeEngine } from './report.ts';

describe('an engine', () => {
  const FLEET_BYTES = 2e9;

  it.each([
    [8, 8e9, []],
    [1, 8e9, ['with one processor the fleet starts slowly']],
    [4, 2.5e9, ['the fleet takes about 2.0 GB, the engine has 2.5 GB in all']],
  ])(
    'of %d processors and %d bytes is good enough, perhaps with a warning',
    (cpus, memoryBytes, warnings) => {
      expect(judgeEngine({ cpus, memoryBytes }, FLEET_BYTES)).toEqual({ problem: null, warnings });
    },
  );

  it('that is too small for the fleet is refused before the launch', () => {
    const { problem } = judgeEngine({ cpus: 4, memoryBytes: 1.9e9 }, FLEET_BYTES);
    expect(problem).toMatch(/^Too little memory: .*1\.9 GB.* choose the runtime process\.$/);
  });
});

describe('an engine that cannot be asked', () => {
  const error = (code: string): Error => Object.assign(new Error('x'), { code });

  it.each([
    ['ENOENT', /not there\. Install Docker or start it/],
    ['EACCES', /may not be used by this user\. Join the group docker/],
    ['ECONNREFUSED', /not running\. Start it/],
    ['ECONNRESET', /does not answer/],
    ['ENOTFOUND', /Correct it or unset it/],
    ['EOTHER', /cannot be used: x/],
  ])('is explained for %s, with a way out', (code, expected) => {
    expect(describeEngineError(error(code), '/var/run/docker.sock')).toMatch(expected);
    const launch = toLaunchError(error(code), '/var/run/docker.sock', 'do it');
    expect(launch.code).toBe('engine-unreachable');
    expect(describeEngineError(launch, '/x')).toBe(launch.message);
  });

  it('is quoted without the words of its client', () => {
    const failure = new Error('(HTTP code 404) unexpected - pull access denied for x ');
    expect(describeEngineError(Object.assign(failure, { statusCode: 404 }), '/x')).toBe(
      'pull access denied for x',
    );
  });

  it('is told apart from one that refuses', () => {
    const refusal = Object.assign(new Error('(HTTP code 500) server error - no space '), {
      statusCode: 500,
      json: { message: 'no space left on device' },
    });
    expect(toLaunchError(refusal, '/x', 'make a network')).toMatchObject({
      code: 'engine-failed',
      message: 'The engine could not make a network: no space left on device',
    });
  });
});
