export { PostgresProblem, type PostgresProblemCode } from './problems.ts';
export { provision, type AdminAccess, type DatabaseDefinition } from './provision.ts';
export { startPostgres, type PostgresOptions, type PostgresServer } from './start.ts';
