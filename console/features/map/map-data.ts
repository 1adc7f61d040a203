'use client';
import type { LinkRed, RedSnapshot, ServiceRed } from '@faultline/collector/contract';
import type { Fault } from '@faultline/server/contract';
import { useFaults, useRed, useRedHistory } from '@/lib/queries.ts';

/** RED of a whole service over the last 10 s; of the load, what its customers feel. */
export function useServiceRed(service: string): ServiceRed | undefined {
  return serviceRed(useRed().data, service);
}

function serviceRed(snapshot: RedSnapshot | undefined, service: string): ServiceRed | undefined {
  const own = snapshot?.services.find(
    (row) => row.service === service && row.operation === undefined,
  );
  if (own && own.count > 0) return own;
  // The load serves nobody: its box shows the line it calls through.
  const felt = service === 'loadgen' && snapshot?.links.find((row) => row.from === service);
  return felt ? { ...felt, service } : own;
}

/** RED of a line over the last 10 s. */
export function useLinkRed(link: string): LinkRed | undefined {
  return useRed().data?.links.find((row) => row.link === link);
}

const TREND = 60;

/** p95 of a service over the last minute, for its sparkline. */
export function useServiceTrend(service: string): (number | null)[] {
  return useRedHistory()
    .slice(-TREND)
    .map((snapshot) => serviceRed(snapshot, service)?.p95Ms ?? null);
}

/** Active faults on a line. */
export function useFaultsOnLink(link: string): Fault[] {
  return (useFaults().data?.faults ?? []).filter((fault) => fault.target.links.includes(link));
}

/** Active faults on instances of a service. */
export function useFaultsOnInstances(instances: readonly string[]): Fault[] {
  return (useFaults().data?.faults ?? []).filter((fault) =>
    fault.target.instances.some((instance) => instances.includes(instance)),
  );
}
