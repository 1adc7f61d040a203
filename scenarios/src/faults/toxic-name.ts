/** Every toxic that a fault of the lab made starts with this, so that it can be recognised. */
export const TOXIC_PREFIX = 'fl-';

/** What the names of a fault's toxics start with. */
export function toxicPrefix(faultId: string): string {
  return `${TOXIC_PREFIX}${faultId}.`;
}

/** The name of one toxic of a fault: unique over both directions of a proxy. */
export function toxicName(faultId: string, type: string, stream: string): string {
  return `${toxicPrefix(faultId)}${type}.${stream}`;
}
