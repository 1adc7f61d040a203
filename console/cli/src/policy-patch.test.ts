import { describe, expect, it } from 'vitest';
import { CommandFailure } from './exit.ts';
import { fieldChanges, policyPatch } from './policy-patch.ts';

const CURRENT = {
  'breaker.enabled': true,
  'breaker.openMs': 10_000,
  'timeout.attemptMs': 1000,
  'saga.style': 'orchestrated',
};

describe('a policy from the command line', () => {
  it('takes field=value, the field as it is or with dashes', () => {
    expect(policyPatch(CURRENT, ['breaker.enabled=false', 'breaker.open-ms=5000'])).toEqual({
      breaker: { enabled: false, openMs: 5000 },
    });
    expect(policyPatch(CURRENT, ['breaker.enabled=on', 'saga.style=a=b'])).toEqual({
      breaker: { enabled: true },
      saga: { style: 'a=b' },
    });
  });

  it('takes options in kebab or camel case, with a space or an equals sign', () => {
    expect(policyPatch(CURRENT, ['--breaker.enabled', 'false', '--breaker.open-ms=5000'])).toEqual({
      breaker: { enabled: false, openMs: 5000 },
    });
    expect(policyPatch(CURRENT, ['--timeout.attemptMs', '250'])).toEqual({
      timeout: { attemptMs: 250 },
    });
  });

  it.each([
    [['--breaker.colour', 'red'], /breaker\.openMs=….*got --breaker\.colour/],
    [['--__proto__', '1'], /got --__proto__/],
    [['__proto__=1'], /got __proto__=1/],
    [['breaker.enabled', 'false'], /got breaker\.enabled$/],
    [['--breaker.enabled', 'maybe'], /must be true or false, got maybe/],
    [['breaker.open-ms='], /must be a number, got nothing/],
    [['--breaker.open-ms'], /must be a number, got nothing/],
    [['--breaker.open-ms', 'soon'], /must be a number, got soon/],
    [['--saga.style'], /needs a value, got nothing/],
    [[], /nothing to set; for instance breaker\.enabled=false/],
  ])('refuses %j and says what is allowed', (words, message) => {
    expect(() => policyPatch(CURRENT, words)).toThrow(CommandFailure);
    expect(() => policyPatch(CURRENT, words)).toThrow(message);
  });
});

describe('a flag from the command line', () => {
  it('takes a share, names and the kill switch', () => {
    const current = { enabled: true, percentage: 0, users: [] };
    expect(fieldChanges(current, ['percentage=12.5', 'users=ada,grace', 'enabled=off'])).toEqual({
      percentage: 12.5,
      users: ['ada', 'grace'],
      enabled: false,
    });
    expect(fieldChanges(current, ['users='])).toEqual({ users: [] });
    expect(() => fieldChanges(current, ['key=x'])).toThrow(/percentage=….*got key=x/);
  });
});
