import { describe, expect, it } from 'vitest';
import { CommandFailure } from './exit.ts';
import { policyPatch } from './policy-patch.ts';

const CURRENT = { 'breaker.enabled': true, 'breaker.openMs': 10_000, 'timeout.attemptMs': 1000 };

describe('a policy from the command line', () => {
  it('takes fields in kebab or camel case, with a space or an equals sign', () => {
    expect(policyPatch(CURRENT, ['--breaker.enabled', 'false', '--breaker.open-ms=5000'])).toEqual({
      breaker: { enabled: false, openMs: 5000 },
    });
    expect(policyPatch(CURRENT, ['--timeout.attemptMs', '250'])).toEqual({
      timeout: { attemptMs: 250 },
    });
  });

  it.each([
    [['--breaker.colour', 'red'], /--breaker\.open-ms.*got --breaker\.colour/],
    [['--__proto__', '1'], /got --__proto__/],
    [['breaker.enabled', 'false'], /got breaker\.enabled/],
    [['--breaker.enabled', 'maybe'], /must be true or false, got maybe/],
    [['--breaker.open-ms'], /must be a number, got nothing/],
    [['--breaker.open-ms', 'soon'], /must be a number, got soon/],
    [[], /nothing to set/],
  ])('refuses %j and says what is allowed', (rest, message) => {
    expect(() => policyPatch(CURRENT, rest)).toThrow(CommandFailure);
    expect(() => policyPatch(CURRENT, rest)).toThrow(message);
  });
});
