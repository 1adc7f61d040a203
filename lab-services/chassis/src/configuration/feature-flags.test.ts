import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { featureFlagSchema, type FeatureFlag } from '../core/index.ts';
import { defineService } from '../index.ts';
import type { Chassis } from '../service.ts';
import { createTestRegistry, startTestService } from '../testing/index.ts';
import { decideFlag } from './flags.ts';

const flagOf = (changes: Partial<FeatureFlag> = {}): FeatureFlag =>
  featureFlagSchema.parse({ key: 'new-checkout', ...changes });
const users = Array.from({ length: 10_000 }, (_, number) => `customer-${number}`);
const having = (flag: FeatureFlag) => new Set(users.filter((user) => decideFlag(flag, user).value));

test('a larger share keeps everybody who had the flag', () => {
  let before = new Set<string>();
  for (const percentage of [0, 0.5, 10, 20, 50, 99, 100]) {
    const now = having(flagOf({ percentage }));
    expect([...before].every((user) => now.has(user))).toBe(true);
    expect(Math.abs(now.size / users.length - percentage / 100)).toBeLessThan(0.02);
    before = now;
  }
  expect(before.size).toBe(users.length);
});

test('two flags at 50 % are not on for the same half', () => {
  const one = having(flagOf({ percentage: 50 }));
  const other = having(flagOf({ key: 'new-search', percentage: 50 }));
  const both = [...one].filter((user) => other.has(user));
  expect(both.length / users.length).toBeCloseTo(0.25, 1);
});

test('listed users have it at 0 %, and nobody when it is killed', () => {
  const flag = flagOf({ users: ['alice'] });
  expect(decideFlag(flag, 'alice')).toEqual({ value: true, reason: 'TARGETING_MATCH' });
  expect(decideFlag(flag, 'bob')).toEqual({ value: false, reason: 'SPLIT' });
  const killed = flagOf({ users: ['alice'], percentage: 100, enabled: false });
  expect(decideFlag(killed, 'alice')).toEqual({ value: false, reason: 'DISABLED' });
});

async function start() {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await createTestRegistry());
  let chassis: Chassis | undefined;
  const service = stack.use(
    await startTestService(
      defineService({
        name: 'orders',
        calls: [],
        build(given) {
          chassis = given;
          return {};
        },
      }),
      { REGISTRY_URL: registry.url },
    ),
  );
  const running = stack.move();
  return {
    registry,
    service,
    chassis: chassis!,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('a service asks through OpenFeature, what the registry pushes holds, and the span tells', async () => {
  await using running = await start();
  const { chassis, registry, service } = running;
  const user = randomUUID();
  expect(await chassis.flag('new-checkout', user)).toBe(false);
  registry.set({ flags: [flagOf({ users: [user] })] });
  await expect.poll(() => chassis.flag('new-checkout', user)).toBe(true);
  expect(await chassis.flag('new-checkout', randomUUID())).toBe(false);

  await chassis.telemetry.span('place order', {}, async () => {
    await chassis.flag('new-checkout', user);
    await chassis.flag('nobody-knows', user);
  });
  const span = () => service.spans.find(({ name }) => name === 'place order');
  await expect.poll(span).toBeDefined();
  expect(span()?.events.map(({ name, attributes }) => ({ name, ...attributes }))).toEqual([
    {
      name: 'feature_flag.evaluation',
      'feature_flag.key': 'new-checkout',
      'feature_flag.provider.name': 'faultline-registry',
      'feature_flag.result.reason': 'targeting_match',
      'feature_flag.result.variant': 'on',
      'feature_flag.result.value': true,
      'feature_flag.context.id': user,
    },
    expect.objectContaining({
      name: 'feature_flag.evaluation',
      'feature_flag.key': 'nobody-knows',
      'feature_flag.result.reason': 'error',
      'error.type': 'flag_not_found',
    }),
  ]);

  registry.set({ flags: [flagOf({ users: [user], enabled: false })] });
  await expect.poll(() => chassis.flag('new-checkout', user)).toBe(false);
});

test('two services of one process have their own flags', async () => {
  await using one = await start();
  await using other = await start();
  one.registry.set({ flags: [flagOf({ percentage: 100 })] });
  other.registry.set({ flags: [flagOf({ percentage: 0 })] });
  await expect.poll(() => one.chassis.flag('new-checkout', 'a')).toBe(true);
  expect(await other.chassis.flag('new-checkout', 'a')).toBe(false);
  expect(await one.chassis.flag('new-checkout', 'a')).toBe(true);
});
