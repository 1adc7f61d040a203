import type { FastifyInstance } from 'fastify';
import type { ActiveFaults } from './active-faults.ts';

/** `GET /internal/faults`: what acts inside this instance, so that an undo can be verified. */
export function addFaultRoute(app: FastifyInstance, faults: ActiveFaults): void {
  app.get('/internal/faults', { schema: { hide: true } }, () => ({ faults: faults.report() }));
}
