/** A place in a sorted list: the sort key and the id of the last item given. */
export interface Place {
  key: number;
  id: string;
}

/** Turns a place into an opaque token for clients. */
export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.key, place.id])).toString('base64url');
}

/** Reads a token; null when nobody here wrote it. */
export function readCursor(token: string): Place | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [key, id] = value as unknown[];
    if (typeof key !== 'number' || !Number.isFinite(key) || typeof id !== 'string') return null;
    return { key, id };
  } catch {
    return null;
  }
}
