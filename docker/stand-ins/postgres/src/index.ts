export { PostgresProblem, type PostgresProblemCode } from './problems.ts';
export type { DatabaseDefinition } from './provision.ts';
export { startPostgres, type PostgresOptions, type PostgresServer } from './start.ts';
