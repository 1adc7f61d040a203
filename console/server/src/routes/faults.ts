import type { FaultLimits, FaultRefusal } from '@faultline/scenarios';
import { z } from 'zod';
import {
  extendSchema,
  faultKindsSchema,
  faultRequestSchema,
  faultSchema,
  faultsSchema,
  stoppedSchema,
  type FaultLimitsView,
  type Faults,
  type Stopped,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { actorOf, audited, noContent } from './audited.ts';
import { resetPolicies } from './reset-policies.ts';

const byId = z.object({ id: z.string().min(1).max(120) });

/** Faults: begin, prolong, end; stop all and its release; the registry of kinds. */
export function faultRoutes(app: App, context: ControlContext): void {
  const { leases, registry } = context;

  app.get(
    '/api/faults',
    { schema: { summary: 'Active faults', response: { 200: faultsSchema } } },
    () => viewFaults(context),
  );
  app.get(
    '/api/faults/kinds',
    {
      schema: {
        summary: 'The kinds of fault there are, with the fields of each',
        response: { 200: faultKindsSchema },
      },
    },
    () => ({
      kinds: registry.kinds.map((kind) => ({
        kind: kind.kind,
        title: kind.title,
        summary: kind.summary,
        selects: kind.selects,
        needsHttp: kind.needsHttp ?? false,
        fields: registry.fields(kind),
      })),
      limits: viewLimits(leases.limits),
    }),
  );
  beginAndProlong(app, context);

  app.delete(
    '/api/faults/:id',
    {
      schema: {
        summary: 'End a fault; answers when the undo was verified',
        params: byId,
        response: { 204: z.null().describe('Undone') },
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const what = { action: 'fault.clear', target: id };
      return audited(context.audit, request, what, async () => {
        orRefuse(await leases.clear(id));
        return noContent(reply);
      });
    },
  );
  stopAll(app, context);
}

function beginAndProlong(app: App, { leases, audit }: ControlContext): void {
  app.post(
    '/api/faults',
    {
      schema: {
        summary: 'Begin a fault: it ends by itself after ttlSeconds',
        description:
          'Body: kind, one selector (link, links, service, instance, or instance with link), the ' +
          'fields of the kind, ttlSeconds.',
        body: faultRequestSchema,
        response: { 201: faultSchema },
      },
    },
    (request, reply) => {
      const { body } = request;
      const what = {
        action: 'fault.apply',
        target: body.kind.slice(0, 120),
        detail: JSON.stringify(body).slice(0, 300),
      };
      return audited(audit, request, what, async () => {
        const answer = orRefuse(await leases.apply(body, actorOf(request)));
        return reply.code(201).send(answer.lease);
      });
    },
  );
  app.post(
    '/api/faults/:id/extend',
    {
      schema: {
        summary: 'Prolong a fault by so many seconds',
        params: byId,
        body: extendSchema,
        response: { 200: faultSchema },
      },
    },
    (request) => {
      const { id } = request.params;
      const { seconds } = request.body;
      const what = { action: 'fault.extend', target: id, detail: `by ${seconds} s` };
      return audited(audit, request, what, () => orRefuse(leases.extend(id, seconds)).lease);
    },
  );
}

function stopAll(app: App, context: ControlContext): void {
  const { leases, audit, runs } = context;
  app.delete(
    '/api/faults',
    {
      schema: {
        summary:
          'Stop all: end every run and every fault, refuse new ones until released, and put policies, ' +
          'flags and mutual TLS as at launch',
        response: { 200: stoppedSchema },
      },
    },
    (request) => {
      const what = { action: 'fault.stop-all', target: '*' };
      const stop = async () => {
        const ended = leases.list().map(({ id }) => id);
        runs.desk.stopAll(`stop all by ${actorOf(request)}`);
        // Patterns first: what heals by itself needs them, and nothing of this can fail.
        const reset = resetPolicies(context, request);
        await leases.clearAll();
        return { ...viewFaults(context), ended, reset };
      };
      return audited(audit, request, what, stop, describeStop);
    },
  );
  app.post(
    '/api/faults/release',
    { schema: { summary: 'Lift the latch of stop all', response: { 200: faultsSchema } } },
    (request) =>
      audited(audit, request, { action: 'fault.release', target: '*' }, () => {
        leases.release();
        return viewFaults(context);
      }),
  );
}

/** `ended 1 fault; as at launch: orders->payments, mtls`. */
function describeStop({ ended, reset }: Stopped): string {
  const names = reset.map(({ name }) => name).join(', ');
  const faults = `ended ${ended.length} ${ended.length === 1 ? 'fault' : 'faults'}`;
  return reset.length === 0 ? faults : `${faults}; as at launch: ${names}`;
}

/** Active faults and the latch, as API and live stream show them. */
export function viewFaults({ leases }: Pick<ControlContext, 'leases'>): Faults {
  return { faults: leases.list(), latched: leases.latched };
}

function orRefuse<Answer extends { kind: string }>(answer: Answer | FaultRefusal): Answer {
  if (isRefusal(answer)) throw new ApiProblem(answer.code, answer.detail, answer.errors);
  return answer;
}

function isRefusal(answer: { kind: string }): answer is FaultRefusal {
  return answer.kind === 'refused';
}

/** JSON has no infinity. */
function viewLimits(limits: FaultLimits): FaultLimitsView {
  const { targets, durationSeconds } = limits;
  return {
    ...{ targets: Number.isFinite(targets) ? targets : null, durationSeconds },
    protected: [...limits.protected],
  };
}
