/**
 * Who may import whom. Keys and values are package names without the scope; a value may name a
 * subpath. Own relative imports are always allowed; node built-ins and registry packages are not
 * this rule's business.
 */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  chassis: ['chassis/core'],
  topology: ['chassis/core'],
  gateway: ['chassis', 'chassis/core'],
  catalog: ['chassis', 'chassis/core'],
  orders: ['chassis', 'chassis/core'],
  inventory: ['chassis', 'chassis/core'],
  payments: ['chassis', 'chassis/core'],
  shipping: ['chassis', 'chassis/core'],
  notifications: ['chassis', 'chassis/core'],
  edge: ['chassis', 'chassis/core'],
  identity: ['chassis', 'chassis/core'],
  recommendations: ['chassis', 'chassis/core'],
  psp: ['chassis', 'chassis/core'],
  'order-history': ['chassis', 'chassis/core'],
  loadgen: ['chassis', 'chassis/core'],
  'tcp-proxy': ['chassis/core'],
  'kafka-broker': ['chassis/core', 'chassis/core/ambient'],
  postgres: ['chassis/core'],
  programs: [],
  fleet: ['topology', 'chassis/core', 'tcp-proxy', 'kafka-broker', 'postgres'],
  collector: ['chassis/core'],
  scenarios: ['topology', 'chassis/core', 'fleet', 'collector/contract'],
  server: [
    'topology',
    'chassis/core',
    'fleet',
    'scenarios',
    'scenarios/journal',
    'collector/contract',
    'scenarios/report',
    'scenarios/soak',
  ],
  cli: [
    'server/contract',
    'server/audit',
    'collector/contract',
    'chassis/core',
    'scenarios/document',
    'scenarios/journal',
  ],
  console: [
    'server/contract',
    'collector/contract',
    'chassis/core',
    'topology',
    'scenarios/journal',
  ],
};

/** What tests of a package may import beside what its code may. */
export const ALLOWED_IN_TESTS: readonly string[] = [
  'chassis/testing',
  'scenarios/testing',
  'postgres',
  'kafka-broker',
  'tcp-proxy',
  'loadgen',
];

/** One import that breaks the rule, for people. */
export interface Violation {
  file: string;
  imports: string;
  rule: string;
}

/** The `@faultline/…` specifiers that `source` imports, statically or dynamically. */
export function importedPackages(source: string): string[] {
  const pattern = /(?:from|import)\s*\(?\s*['"]@faultline\/([^'"]+)['"]/g;
  return [...source.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The relative specifiers that `source` imports. */
export function relativeImports(source: string): string[] {
  const pattern = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;
  return [...source.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** Holds one file of package `owner` against the rule. */
export function violationsOf(owner: string, file: string, source: string): Violation[] {
  const allowed = ALLOWED_IMPORTS[owner];
  if (!allowed) return [{ file, imports: owner, rule: 'the package is not in the table' }];
  const isTest = /\.test\.tsx?$|\/testing\//.test(file);
  return importedPackages(source)
    .filter((name) => name !== owner && !allowed.includes(name))
    .filter((name) => !(isTest && ALLOWED_IN_TESTS.includes(name)))
    .map((name) => ({
      file,
      imports: `@faultline/${name}`,
      rule: `${owner} may import only: ${allowed.join(', ') || 'nothing of the lab'}`,
    }));
}
