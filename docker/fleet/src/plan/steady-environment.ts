/** What of each variable stays when its secret is replaced. */
const STEADY: Readonly<Record<string, (value: string) => string>> = {
  INTERNAL_TOKEN: () => '',
  DATABASE_URL: (url) => url.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1@'),
  POSTGRES_DATABASES: (databases) =>
    JSON.stringify(JSON.parse(databases), (key, value: unknown) =>
      key === 'password' ? undefined : value,
    ),
};

/**
 * The environment without those secrets that instances are told anew while they run: one that was
 * started before is still as planned. `WORKLOAD_TOKEN` and `POSTGRES_PASSWORD` stay, so parts of
 * another launch are told apart.
 */
export function steadyEnvironment(
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, STEADY[name]?.(value) ?? value]),
  );
}
