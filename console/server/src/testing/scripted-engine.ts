import { createProbeRegistry, createFaultRegistry } from '@faultline/scenarios';
import { systemClock } from '@faultline/chassis/core';
import type { EngineOrder, RunEngine, Stop } from '../runs/engine.ts';
import { createScenarioEngine } from '../runs/scenario-engine.ts';
import { headEntry } from '../runs/summary.ts';

/** An engine that reads and plans like the real one, and executes what a test tells it to. */
export interface ScriptedEngine extends RunEngine {
  /** What the next runs do between the first and the last entry; by default nothing. */
  script: (order: EngineOrder) => Promise<void>;
  /** Orders in which a run has begun. */
  readonly begun: EngineOrder[];
}

/** Creates an engine whose runs end at once. */
export function createScriptedEngine(): ScriptedEngine {
  const begun: EngineOrder[] = [];
  const engine: ScriptedEngine = {
    ...createScenarioEngine({
      registry: createFaultRegistry(),
      probes: createProbeRegistry(),
      clock: systemClock,
    }),
    begun,
    script: () => Promise.resolve(),
    async execute(order) {
      begun.push(order);
      const { run, signal } = order;
      const at = systemClock.now();
      order.write(headEntry(run, at));
      order.write({
        ...{ at, variant: 'as-it-is', kind: 'variant-started', expect: 'holds' },
        ...{ because: [], changes: [], sweep: null },
      });
      await engine.script(order);
      const reason = signal.aborted ? (signal.reason as Stop) : null;
      if (reason) order.write({ at, variant: 'as-it-is', kind: 'aborted', ...reason });
      const end = {
        verdict: reason ? ('inconclusive' as const) : ('holds' as const),
        asClaimed: reason === null,
        exitCode: reason ? 3 : 0,
        reasons: reason ? [reason.reason] : [],
      };
      order.write({ at, variant: 'as-it-is', kind: 'undo', clean: true, left: [] });
      order.write({ at, variant: 'as-it-is', kind: 'variant-ended', ...end, broken: [] });
      order.write({ at, variant: null, kind: 'run-ended', ...end });
    },
  };
  return engine;
}

/** A script that lasts until the run is ended early. */
export function untilStopped({ signal }: EngineOrder): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A good document. */
export function documentCalled(name: string): string {
  return `apiVersion: faultline/v1
kind: Experiment
metadata:
  name: ${name}
  title: Checkout stands a slow payment
load: { rps: 10 }
steadyState:
  - { probe: red.rate, service: gateway, window: 5s, expect: "> 0/s" }
method:
  - inject: { kind: network.latency, link: orders->payments, latency: 200ms, for: 5s }
  - observe: { for: 1s }
  - clear: all
`;
}
