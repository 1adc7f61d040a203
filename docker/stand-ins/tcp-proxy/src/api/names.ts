const LONGEST_NAME = 256;

/** Why a name cannot be used in a path, or undefined when it can. */
export function nameViolation(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `name must have at most ${LONGEST_NAME} characters`;
  // Neither could ever be addressed again: `/` splits the path and dots are resolved by clients.
  if (name.includes('/')) return 'name must not contain "/"';
  return name === '.' || name === '..' ? 'name must not be "." or ".."' : undefined;
}
