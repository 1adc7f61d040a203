import { PROXY_PART } from './plan/model.ts';

const LOAD = 'loadgen';
const RESOURCES = ['kafka', PROXY_PART, 'postgres'];

/**
 * In which order running parts end: the load first, then the services (they may still finish what
 * they do), then what the services stand on.
 *
 * @param ids ids of instances
 * @returns groups of ids; a group ends together, before the next
 */
export function shutdownOrder(ids: readonly string[]): string[][] {
  const rank = (id: string): number => {
    const part = id.replace(/-\d+$/, '');
    return part === LOAD ? 0 : RESOURCES.indexOf(part) + 2;
  };
  const groups = Map.groupBy(ids, rank);
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}
