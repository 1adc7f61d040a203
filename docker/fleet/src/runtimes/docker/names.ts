import { LABELS } from './options.ts';

/** Id of the container that cleans up when the control plane is gone. */
export const JANITOR = 'janitor-1';

/** Name of the container that runs an instance; unique on the engine. */
export function containerName(lab: string, instance: string): string {
  return `faultline-${lab}-${instance}`;
}

/** Name of a lab's own network. */
export function networkName(lab: string): string {
  return `faultline-${lab}`;
}

/** Name of the volume that keeps the data of a resource. */
export function volumeName(lab: string, part: string): string {
  return `faultline-${lab}-${part}`;
}

/** Filter of a list or of events: what belongs to `lab`. */
export function ofLab(lab: string): { label: string[] } {
  return { label: [`${LABELS.lab}=${lab}`] };
}
