export { ConfigurationError, parseEnvironment } from './config/parse-environment.ts';
export { isTransientError } from './core/index.ts';
export type { Migration } from './database/migrations.ts';
export { createInbox, type Inbox } from './events/inbox.ts';
export { INBOX_MIGRATION, OUTBOX_MIGRATION } from './events/migrations.ts';
export { createOutbox, type Outbox } from './events/outbox.ts';
export { readPayload, UnreadableEventError } from './events/reading.ts';
export { keysetQuerySchema } from './http/keyset-query.ts';
export { problem, ProblemError } from './http/problem-error.ts';
export { createAlarm, type Alarm } from './runtime/alarm.ts';
export { defineService } from './runtime/define-service.ts';
export { runService } from './runtime/run-service.ts';
export type { Access } from './security/access.ts';
export { demandOwner, demandSight, maySee } from './security/ownership.ts';
export type {
  CallFailure,
  CallOutcome,
  Chassis,
  ConsumerDefinition,
  ContextSeed,
  Database,
  DomainEvent,
  EventProducer,
  ForwardedAnswer,
  ForwardOutcome,
  ForwardRequest,
  Link,
  LinkRequest,
  Queryable,
  RequestContext,
  RpcCallContext,
  RpcMethod,
  RpcService,
  RpcStreamMethod,
  ServiceApp,
  ServiceDefinition,
  ServiceParts,
  StreamEvent,
  StreamRequest,
  Telemetry,
  Transaction,
  UnaryRequest,
  User,
  Worker,
} from './service.ts';
