import { describe, expect, it } from 'vitest';
import { describeEngineError, toLaunchError } from './engine-problem.ts';
import { judgeEngine } from './report.ts';

describe('an engine', () => {
  it.each([
    [8, 8e9, null, []],
    [1, 8e9, null, ['with one processor the fleet starts slowly']],
    [4, 2.5e9, null, ['the fleet takes about 2.0 GB, the engine has 2.5 GB in all']],
    [4, 1.9e9, expect.stringMatching(/^Too little memory: .* choose the runtime process\.$/), []],
  ])(
    'of %d processors and %d bytes is judged before the launch',
    (cpus, memoryBytes, problem, warnings) => {
      expect(judgeEngine({ cpus, memoryBytes }, 2e9)).toEqual({ problem, warnings });
    },
  );
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
