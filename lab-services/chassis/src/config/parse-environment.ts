import { serviceEnvironmentSchema, type ServiceEnvironment } from '../core/index.ts';

const SECRET = new Set(['INTERNAL_TOKEN', 'DATABASE_URL']);

/** The environment or the definition of a service is wrong; starting again would not help. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Parses the environment of a service instance.
 *
 * @throws ConfigurationError naming each bad variable, the rule it breaks and the value received;
 * the values of secrets are withheld
 */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): ServiceEnvironment {
  const parsed = serviceEnvironmentSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${name}: ${issue.message}; received ${received(name, variables[name])}`;
  });
  throw new ConfigurationError(`Bad environment. ${problems.join('. ')}`);
}

function received(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (SECRET.has(name)) return `a secret of ${value.length} characters`;
  return JSON.stringify(value.slice(0, 200));
}
