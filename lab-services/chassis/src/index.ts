export { ConfigurationError, parseEnvironment } from './config/parse-environment.ts';
export type { Migration } from './database/migrations.ts';
export { createInbox, type Inbox } from './events/inbox.ts';
export { INBOX_MIGRATION, OUTBOX_MIGRATION } from './events/migrations.ts';
export { createOutbox, type Outbox } from './events/outbox.ts';
export { keysetQuerySchema } from './http/keyset-query.ts';
export { problem, ProblemError } from './http/problem-error.ts';
export { defineService } from './runtime/define-service.ts';
export { runService } from './runtime/run-service.ts';
export type {
  CallFailure,
  CallOutcome,
  Chassis,
  ConsumerDefinition,
  ContextSeed,
  Database,
  DomainEvent,
  EventProducer,
  Link,
  LinkRequest,
  Queryable,
  RequestContext,
  ServiceApp,
  ServiceDefinition,
  ServiceParts,
  Telemetry,
  Transaction,
  Worker,
} from './service.ts';
