import type { Runtime } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import {
  fleetWords,
  imagesSummary,
  launchMove,
  memoryShare,
  switchWarning,
} from './runtime-words.ts';

const ENGINE: NonNullable<Runtime['engine']> = {
  ...{ version: '20.10.24', apiVersion: '1.41', operatingSystem: 'Debian GNU/Linux 12' },
  ...{ cpus: 2, memoryBytes: 4e9 },
};

describe('what a launch needs', () => {
  it('is told by what must be done about the images', () => {
    expect(imagesSummary([])).toBe('');
    expect(
      imagesSummary([
        { name: 'a', action: 'pull' },
        { name: 'b', action: 'build' },
        { name: 'c', action: 'pull' },
        { name: 'd', action: 'present' },
      ]),
    ).toBe('1 to build, 2 to pull, 1 present');
  });

  it.each([
    [2e9, 'plain'],
    [3.5e9, 'warn'],
    [4.5e9, 'bad'],
  ])('of %d bytes on an engine with 4 GB is %s', (footprintBytes, tone) => {
    expect(memoryShare({ footprintBytes, engine: ENGINE })?.tone).toBe(tone);
  });

  it('is compared with nothing where no engine tells', () => {
    expect(memoryShare({ footprintBytes: 1e9, engine: null })).toBeNull();
    expect(memoryShare({ footprintBytes: 1e9, engine: { ...ENGINE, memoryBytes: 0 } })).toBeNull();
  });
});

describe('what can be done with a runtime', () => {
  const docker = { kind: 'docker', available: true } as const;

  it('is to launch while nothing runs', () => {
    expect(launchMove({ state: 'stopped', runtime: 'process' }, docker)).toEqual({
      kind: 'launch',
      label: 'Launch on Docker',
      doing: 'Launching on Docker',
    });
  });

  it.each(['ready', 'degraded'] as const)(
    'is to switch while a fleet on the other is %s',
    (state) => {
      expect(launchMove({ state, runtime: 'process' }, docker).kind).toBe('switch');
      expect(launchMove({ state, runtime: 'docker' }, docker).kind).toBe('none');
    },
  );

  it.each(['launching', 'stopping'] as const)('is nothing while the fleet is %s', (state) => {
    expect(launchMove({ state, runtime: 'process' }, docker)).toEqual({
      kind: 'none',
      label: `The fleet is ${state}`,
    });
  });

  it('is nothing when it cannot be used', () => {
    expect(
      launchMove({ state: 'stopped', runtime: 'process' }, { ...docker, available: false }).kind,
    ).toBe('none');
  });
});

describe('a switch', () => {
  const instance = { restarts: 0, startedAt: 1, port: 1, detail: null };
  const part = { name: 'orders', layer: 'domain', purpose: '', maxReplicas: 5 };
  const services = [
    {
      ...part,
      instances: [
        { ...instance, id: 'orders-1', state: 'ready' as const },
        { ...instance, id: 'orders-2', state: 'stopped' as const },
      ],
    },
  ];

  it('says beforehand what ends and what becomes of the data', () => {
    expect(switchWarning({ runtime: 'process', services, resources: [] }, 2)).toBe(
      'Switching ends the running fleet: 1 instance stops, 2 faults end. Its data stay for the next launch on processes.',
    );
    expect(switchWarning({ runtime: 'docker', services, resources: [] }, 0)).toBe(
      'Switching ends the running fleet: 1 instance stops. Its containers are removed with their data.',
    );
  });
});

it('counts the parts of a launch', () => {
  const line = { part: 'kafka', detail: '', elapsedMs: 1 };
  const progress = [
    { ...line, state: 'ready' as const },
    { ...line, state: 'starting' as const },
  ];
  expect(fleetWords({ state: 'launching', progress })).toBe('launching 1 of 2');
  expect(fleetWords({ state: 'launching', progress: [] })).toBe('launching');
  expect(fleetWords({ state: 'ready', progress })).toBe('ready');
});
