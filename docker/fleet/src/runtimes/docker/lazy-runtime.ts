import type { Runtime, RuntimeEvent } from '../runtime.ts';
import { START_LIMIT_MS, type DockerRuntimeOptions } from './options.ts';

/**
 * The Docker runtime, loaded when it is first asked for something. Most labs run on processes, and
 * whoever imports this package should not pay 30 MB for an engine's client that they never use.
 */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const listeners = new Set<(event: RuntimeEvent) => void>();
  let runtime: Runtime | null = null;
  let loading: Promise<Runtime> | null = null;
  const load = (): Promise<Runtime> => {
    loading ??= import('./docker-runtime.ts').then(({ loadDockerRuntime }) => {
      runtime = loadDockerRuntime(options);
      runtime.subscribe((event) => {
        for (const listener of listeners) listener(event);
      });
      return runtime;
    });
    return loading;
  };

  return {
    kind: 'docker',
    startLimitMs: START_LIMIT_MS,
    inspect: async () => (await load()).inspect(),
    prepare: async (preparation) => (await load()).prepare(preparation),
    running: async () => (await load()).running(),
    fingerprint(instance) {
      if (!runtime) throw new Error('The Docker runtime is not prepared.');
      return runtime.fingerprint(instance);
    },
    start: async (instance) => (await load()).start(instance),
    provision: async (instance, gone) => (await load()).provision(instance, gone),
    signal: async (id, what) => (await load()).signal(id, what),
    logs: async (id, lines) => (await load()).logs(id, lines),
    usage: async () => (await load()).usage(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    release: async () => (await load()).release(),
    async [Symbol.asyncDispose]() {
      listeners.clear();
      await (await loading)?.[Symbol.asyncDispose]();
    },
  };
}
