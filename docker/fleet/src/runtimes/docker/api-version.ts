/** What the runtime is written against (Engine 20.10); newer engines still speak it. */
const WANTED = '1.41';

/** The part of an answer to `GET /version` that decides. */
export interface EngineVersions {
  ApiVersion: string;
  MinAPIVersion?: string;
}

/**
 * Chooses the version of the Engine API to speak: the wanted one, or the oldest that the engine
 * still knows if that is newer.
 *
 * @returns null if the engine is too old
 */
export function chooseApiVersion({ ApiVersion, MinAPIVersion }: EngineVersions): string | null {
  if (isOlder(ApiVersion, WANTED)) return null;
  return MinAPIVersion && isOlder(WANTED, MinAPIVersion) ? MinAPIVersion : WANTED;
}

function isOlder(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
