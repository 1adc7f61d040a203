import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { initialServicePolicy } from '../core/index.ts';
import { defineService } from '../runtime/define-service.ts';
import type { Chassis } from '../service.ts';
import {
  createTestRegistry,
  createUpstream,
  startTestService,
  type TestRegistry,
  type TestService,
  type TestUpstream,
} from '../testing/index.ts';

const resources = new AsyncDisposableStack();
let registry: TestRegistry;
let upstreams: TestUpstream[];
let service: TestService;
let chassis: Chassis;
const ready = [true, true];

beforeAll(async () => {
  registry = resources.use(await createTestRegistry());
  upstreams = await Promise.all(
    [0, 1].map(async (index) =>
      resources.use(
        await createUpstream((request, response) => {
          const status = request.url !== '/ready' || ready[index] ? 200 : 503;
          response.writeHead(status, { 'x-instance': String(index) }).end();
        }),
      ),
    ),
  );
  const ports = upstreams.map(({ port }) => port);
  registry.setLink('front->back', ports, {
    ejection: { enabled: false },
    retry: { enabled: false },
    breaker: { enabled: false },
  });
  const front = defineService({
    name: 'front',
    calls: ['back'],
    build(given) {
      chassis = given;
      return {};
    },
  });
  service = resources.use(await startTestService(front, { REGISTRY_URL: registry.url }));
});

afterAll(() => resources.disposeAsync());

beforeEach(() => {
  ready.fill(true);
  setChecks(true);
});

function setChecks(enabled: boolean): void {
  const healthChecks = { enabled, intervalMs: 20, unhealthyAfter: 2, healthyAfter: 3 };
  registry.set({ service: initialServicePolicy(['healthChecks'], { healthChecks }) });
}

/** The instances that answer a number of calls in a row. */
async function answering(): Promise<string[]> {
  const seen = new Set<string>();
  for (let call = 0; call < 6; call++) {
    const answer = await chassis
      .link('back')
      .forward({ operation: 'any', method: 'GET', target: '/', headers: {} });
    if (answer.kind === 'answered') seen.add(String(answer.headers['x-instance']));
  }
  return [...seen].sort();
}

async function until(instances: string[]): Promise<void> {
  while ((await answering()).join() !== instances.join()) await chassis.clock.sleep(10);
}

const metric = async () =>
  /resilience_unhealthy_instances\{link="front->back"\} (\d)/.exec(
    await service.telemetry.telemetry.metrics.metrics(),
  )?.[1];

describe('health checks', () => {
  it('take an instance out that says it is not ready, and bring it back', async () => {
    await until(['0', '1']);
    ready[1] = false;
    await until(['0']);
    expect(await metric()).toBe('1');
    ready[1] = true;
    await until(['0', '1']);
    const told = service.logs.filter((line) => line['event.name'] === 'resilience.health.changed');
    expect(told.map(({ instance, healthy }) => [instance, healthy])).toEqual([
      ['back-2', false],
      ['back-2', true],
    ]);
  });

  it('take an instance out that does not answer', async () => {
    const answer = upstreams[0]!.answer;
    upstreams[0]!.answer = (request) => void request.socket.destroy();
    await until(['1']);
    upstreams[0]!.answer = answer;
    await until(['0', '1']);
  });

  it('leave out what the registry holds for unhealthy, and go to it while they are off', async () => {
    const [first, second] = upstreams.map(({ port }, index) => ({
      instance: `back-${index + 1}`,
      host: '127.0.0.1',
      port,
      healthy: index === 0,
    }));
    registry.setLink('front->back', [first!, second!]);
    await until(['0']);
    setChecks(false);
    await until(['0', '1']);
    setChecks(true);
    await until(['0']);
    registry.setLink('front->back', [first!, { ...second!, healthy: true }]);
    await until(['0', '1']);
  });

  it('count all as healthy while they are off, and see again what is not when they are on', async () => {
    ready[0] = false;
    await until(['1']);
    setChecks(false);
    await until(['0', '1']);
    setChecks(true);
    await until(['1']);
  });

  it('leave what there is when none is healthy', async () => {
    ready.fill(false);
    while ((await metric()) !== '2') await chassis.clock.sleep(10);
    expect(await answering()).toEqual(['0', '1']);
  });
});
