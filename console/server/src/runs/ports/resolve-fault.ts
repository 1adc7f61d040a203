import type { FleetStatus } from '@faultline/fleet';
import {
  beyondReach,
  describeSelector,
  faultTitle,
  flattenTarget,
  resolveTarget,
  type FaultPort,
  type FaultLimits,
  type FaultRegistry,
} from '@faultline/scenarios';
import { serviceOf } from '../../lab/marks.ts';

/** What a request is held against. */
export interface FaultRules {
  registry: FaultRegistry;
  limits: FaultLimits;
}

/** What a request would hit in a fleet that looks like `status`, without doing it. */
export function resolveFault(
  { registry, limits }: FaultRules,
  status: FleetStatus,
  fault: object,
): ReturnType<FaultPort['resolve']> {
  const request = registry.parse(fault);
  if ('code' in request) return { kind: 'refused', detail: request.detail };
  const { kind, spec, selector } = request;
  const target = resolveTarget(kind, selector, status);
  if (target.kind === 'refused') return { kind: 'refused', detail: target.detail };
  const beyond = beyondReach(limits, target);
  if (beyond) return { kind: 'refused', detail: beyond.detail };
  const { links, instances } = flattenTarget(target);
  const ends = links.flatMap((link) => link.split('->'));
  return {
    kind: 'ok',
    title: faultTitle(kind.describe(spec), describeSelector(selector)),
    links,
    services: [...new Set(ends.length > 0 ? ends : instances.map(serviceOf))],
    instances,
  };
}
