import type { FleetView, Runtime, RuntimeKind } from '@faultline/server/contract';

/** How people call the runtimes. */
export const RUNTIME_NAMES: Readonly<Record<RuntimeKind, string>> = {
  process: 'Processes',
  docker: 'Docker',
};

/** How the fleet runs on each: `Launching as processes`. */
export const RUNTIME_MANNER: Readonly<Record<RuntimeKind, string>> = {
  process: 'as processes',
  docker: 'on Docker',
};

/** What is chosen with a runtime. */
export const RUNTIME_ABOUT: Readonly<Record<RuntimeKind, string>> = {
  process:
    'Everything as processes of this machine: PostgreSQL from a package, stand-ins that speak Kafka’s and Toxiproxy’s protocols. Nothing to install; data stay.',
  docker:
    'The real Toxiproxy, Apache Kafka and PostgreSQL, and every service in a container of its own. Each launch starts with empty databases.',
};

/** What must be had before a launch: `2 to pull, 1 to build, 1 present`; empty without images. */
export function imagesSummary(images: Runtime['images']): string {
  const words = { build: 'to build', pull: 'to pull', present: 'present' } as const;
  return (Object.keys(words) as (keyof typeof words)[])
    .map((action) => ({ action, count: images.filter((each) => each.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count} ${words[action]}`)
    .join(', ');
}

/** A launch's estimated memory as a share of what the engine has; null where nobody tells. */
export function memoryShare(
  runtime: Pick<Runtime, 'footprintBytes' | 'engine'>,
): { ratio: number; tone: 'plain' | 'warn' | 'bad' } | null {
  if (!runtime.engine || runtime.engine.memoryBytes <= 0) return null;
  const ratio = runtime.footprintBytes / runtime.engine.memoryBytes;
  return { ratio, tone: ratio > 1 ? 'bad' : ratio > TIGHT_RATIO ? 'warn' : 'plain' };
}
/** From here on other programs and a busy fleet may not find room. */
const TIGHT_RATIO = 0.7;

/** What pressing the button would do. */
export type LaunchMove =
  | { kind: 'launch' | 'switch'; label: string; doing: string }
  /** Nothing, and why. */
  | { kind: 'none'; label: string };

/** What can be done with the chosen runtime while the fleet stands as it does. */
export function launchMove(
  fleet: Pick<FleetView, 'state' | 'runtime'>,
  runtime: Pick<Runtime, 'kind' | 'available'>,
): LaunchMove {
  const name = RUNTIME_NAMES[runtime.kind];
  const manner = RUNTIME_MANNER[runtime.kind];
  const target = runtime.kind === 'docker' ? name : name.toLowerCase();
  if (!runtime.available) return { kind: 'none', label: `${name} cannot be used` };
  switch (fleet.state) {
    case 'stopped':
      return { kind: 'launch', label: `Launch ${manner}`, doing: `Launching ${manner}` };
    case 'launching':
    case 'stopping':
      return { kind: 'none', label: `The fleet is ${fleet.state}` };
    case 'ready':
    case 'degraded':
      return fleet.runtime === runtime.kind
        ? { kind: 'none', label: `Runs ${manner}` }
        : { kind: 'switch', label: `Switch to ${target}`, doing: `Switching to ${target}` };
  }
}

/** What a switch costs, said before it is made. */
export function switchWarning(
  fleet: Pick<FleetView, 'runtime' | 'services' | 'resources'>,
  faults: number,
): string {
  const running = [...fleet.services, ...fleet.resources]
    .flatMap((part) => part.instances)
    .filter(({ state }) => state !== 'stopped').length;
  const faultWords = faults === 0 ? '' : faults === 1 ? ', 1 fault ends' : `, ${faults} faults end`;
  const data =
    fleet.runtime === 'docker'
      ? 'Its containers are removed with their data.'
      : 'Its data stay for the next launch on processes.';
  return `Switching ends the running fleet: ${running} ${running === 1 ? 'instance stops' : 'instances stop'}${faultWords}. ${data}`;
}

/** How far a launch is, in a word or two: `launching 5 of 14`. */
export function fleetWords(fleet: Pick<FleetView, 'state' | 'progress'>): string {
  if (fleet.state !== 'launching' || fleet.progress.length === 0) return fleet.state;
  const ready = fleet.progress.filter(({ state }) => state === 'ready').length;
  return `launching ${ready} of ${fleet.progress.length}`;
}
