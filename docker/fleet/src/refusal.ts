import type { FleetRefusal } from './contract.ts';

/** A refusal; `detail` is a sentence for people that names what was received. */
export function refuse(code: FleetRefusal['code'], detail: string): FleetRefusal {
  return { kind: 'refused', code, detail };
}
