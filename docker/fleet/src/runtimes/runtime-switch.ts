import type { RuntimeKind, RuntimeReport } from '../contract.ts';
import type { Runtime, RuntimeEvent } from './runtime.ts';

/** The runtimes of a lab; all of them are there, one is in use. */
export type Runtimes = Readonly<{ process: Runtime; docker?: Runtime }>;

/** One runtime for the parts of the fleet, whichever is in use. */
export interface RuntimeSwitch extends Runtime {
  /** @throws Error if the lab has no such runtime */
  select(kind: RuntimeKind): void;
  /** A runtime that may not be in use; undefined if the lab has none of the kind. */
  get(kind: RuntimeKind): Runtime | undefined;
  inspectAll(): Promise<RuntimeReport[]>;
}

/** Creates a switch that uses `process`. Events of runtimes that are not in use are not passed on. */
export function createRuntimeSwitch(runtimes: Runtimes): RuntimeSwitch {
  const all = Object.values(runtimes);
  let current = runtimes.process;
  return {
    get kind() {
      return current.kind;
    },
    get startLimitMs() {
      return current.startLimitMs;
    },
    select(kind) {
      const chosen = runtimes[kind];
      if (!chosen) throw new Error(`This lab has no runtime ${kind}.`);
      current = chosen;
    },
    get: (kind) => runtimes[kind],
    inspectAll: () => Promise.all(all.map((runtime) => runtime.inspect())),
    inspect: () => current.inspect(),
    prepare: (preparation) => current.prepare(preparation),
    running: () => current.running(),
    fingerprint: (instance) => current.fingerprint(instance),
    start: (instance) => current.start(instance),
    provision: (instance, gone) => current.provision(instance, gone),
    signal: (id, what) => current.signal(id, what),
    logs: (id, lines) => current.logs(id, lines),
    usage: () => current.usage(),
    subscribe(listener) {
      const ends = all.map((runtime) =>
        runtime.subscribe((event: RuntimeEvent) => {
          if (runtime === current) listener(event);
        }),
      );
      return () => {
        for (const end of ends) end();
      };
    },
    release: () => current.release(),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((runtime) => runtime[Symbol.asyncDispose]()));
    },
  };
}
