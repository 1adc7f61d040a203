import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestRegistry } from '@faultline/chassis/testing';
import type { CallTimes, Round } from './chassis-caller.ts';
import { endChild } from './end-children.ts';
import type { Bench, BenchContext, Row } from './row.ts';
import { median } from './statistics.ts';

/** As the process runtime starts services: peers run under the same flags, in the same process. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=192', '--v8-pool-size=1'];

/** What a guarded call costs over a bare one, beside what the peers' guarded calls cost. */
export const chassisBench: Bench = {
  name: 'chassis',
  async run(context) {
    const times = await measure(context);
    const versions = {
      opossum: await versionOf(context.root, 'opossum'),
      cockatiel: await versionOf(context.root, 'cockatiel'),
    };
    return rowsOf(times, versions);
  },
};

async function measure({ rounds, say }: BenchContext): Promise<CallTimes[]> {
  await using resources = new AsyncDisposableStack();
  const callee = forkScript('answer-server.ts', {});
  resources.defer(() => endChild(callee));
  const [port] = (await once(callee, 'message')) as [number];
  const registry = resources.use(await createTestRegistry());
  registry.setLink('caller->callee', [port]);
  const url = `http://127.0.0.1:${port}`;
  const caller = forkScript('chassis-caller.ts', {
    SERVICE_NAME: 'caller',
    INSTANCE_ID: 'caller-1',
    PORT: '0',
    REGISTRY_URL: registry.url,
    INTERNAL_TOKEN: 'internal-token-of-the-bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    BENCH_CALLEE_URL: url,
    BENCH_ROUNDS: String(rounds),
  });
  resources.defer(() => endChild(caller));
  const times: CallTimes[] = [];
  return await new Promise((resolve, reject) => {
    caller.once('exit', (code) => reject(new Error(`the caller exited with ${code}`)));
    caller.on('message', (message) => {
      const round = message as Round;
      times.push(round.times);
      say(`round ${times.length}: ${describe(round.times)} µs`);
      if (round.spansDropped > 0) say(`${round.spansDropped} spans were dropped so far`);
      if (times.length === rounds) resolve(times);
    });
  });
}

function describe(times: CallTimes): string {
  return Object.entries(times)
    .map(([name, us]) => `${name} ${us.toFixed(1)}`)
    .join(', ');
}

function forkScript(script: string, environment: Record<string, string>): ChildProcess {
  return fork(join(import.meta.dirname, script), [], {
    execArgv: NODE_FLAGS,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function rowsOf(times: readonly CallTimes[], versions: Record<PeerName, string>): Row[] {
  const added = (name: keyof CallTimes) => times.map((round) => round[name] - round.bare);
  const bare = median(times.map((round) => round.bare)).toFixed(0);
  const row = (name: PeerName, what: string, note: string): Row => ({
    id: `chassis-guarded-call-${name}`,
    what,
    unit: 'µs',
    better: 'lower',
    ours: added('chassis'),
    peer: { name, version: versions[name], values: added(name) },
    target: { kind: 'absolute', value: 60 },
    note,
  });
  return [
    row(
      'cockatiel',
      'chassis: a guarded call over a bare one, p50, beside cockatiel',
      `the bare call takes ${bare} µs. The chassis' call has deadline, bulkhead, breaker, retry, ` +
        'timeout, choice of an instance, two spans exported over OTLP, two metrics, correlation ' +
        'and trace headers, and checks the answer against a schema; cockatiel’s has bulkhead, ' +
        'breaker, retry and a timeout that aborts the request, and no telemetry',
    ),
    row(
      'opossum',
      'chassis: the same, beside opossum',
      'opossum’s call has breaker, timeout (the request goes on) and a limit of calls in flight; ' +
        'no queue, no retry, and rolling counts in place of telemetry',
    ),
  ];
}

type PeerName = 'opossum' | 'cockatiel';

async function versionOf(root: string, name: PeerName): Promise<string> {
  const manifest = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
