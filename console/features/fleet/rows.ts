import type { InstanceUsage } from '@faultline/collector/contract';
import type { FleetView, Instance, Part } from '@faultline/server/contract';

/** One line of the fleet's table: an instance with what it uses. */
export interface FleetRow {
  part: Part;
  instance: Instance;
  kind: 'service' | 'resource';
  usage: InstanceUsage['instances'][number] | undefined;
  /** First line of its part: it carries the part's name. */
  first: boolean;
}

/** The table's lines in the catalogue's order, only those of `service` when given. */
export function fleetRows(
  fleet: Pick<FleetView, 'services' | 'resources'>,
  usage: InstanceUsage['instances'],
  service: string | null,
): FleetRow[] {
  const byInstance = new Map(usage.map((row) => [row.instance, row]));
  const of = (kind: FleetRow['kind']) => (part: Part) =>
    part.instances.map((instance, index) => ({
      part,
      instance,
      kind,
      usage: byInstance.get(instance.id),
      first: index === 0,
    }));
  return [
    ...fleet.services.flatMap(of('service')),
    ...fleet.resources.flatMap(of('resource')),
  ].filter((row) => service === null || row.part.name === service);
}
