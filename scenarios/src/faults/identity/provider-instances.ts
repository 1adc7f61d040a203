import type { FaultContext, FaultTarget } from '../model.ts';

/** The ready instances of the identity provider; one answers for all, since they share their data. */
export function readyInstances(
  target: FaultTarget,
  { fleet }: FaultContext,
): { first: string; others: string[] } {
  const wanted = new Set(target.kind === 'instances' ? target.instances : []);
  const [first, ...others] = fleet
    .status()
    .services.flatMap(({ instances }) => instances)
    .filter(({ id, state }) => wanted.has(id) && state === 'ready')
    .map(({ id }) => id);
  if (first === undefined) throw new Error('no instance of the identity provider is ready');
  return { first, others };
}
