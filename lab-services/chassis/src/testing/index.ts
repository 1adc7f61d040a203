export { createTestIdentity, type TestIdentity, type TestToken } from './identity.ts';
export { startPostgres, type TestPostgres } from './postgres.ts';
export {
  createTestRegistry,
  testWorkloadToken,
  type TestFault,
  type TestRegistry,
} from './registry.ts';
export {
  answerWith,
  createUpstream,
  hang,
  reset,
  type TestUpstream,
  type UpstreamAnswer,
} from './upstream.ts';
export { startTestService, TEST_INTERNAL_TOKEN, type TestService } from './service.ts';
export {
  startTestServiceWithDatabase,
  type TestAnswer,
  type TestServiceWithDatabase,
} from './service-with-database.ts';
