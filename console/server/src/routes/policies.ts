import { featureFlagPatchSchema, servicePolicyPatchSchema } from '@faultline/chassis/core';
import type { FleetAnswer } from '@faultline/fleet';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  flagViewSchema,
  mtlsPatchSchema,
  mtlsSchema,
  policiesSchema,
  policyPatchSchema,
  policyResetSchema,
  policySchema,
  servicePolicyViewSchema,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { viewFlags, viewLinks, viewMtls, viewPolicies, viewServices } from '../lab/policy-views.ts';
import { audited } from './audited.ts';
import { orRefuse } from './fleet.ts';
import { resetPolicies } from './reset-policies.ts';

const name = z.string().min(1).max(120);

/** Policies of links and services, flags and mutual TLS: read, and change in place. */
export function policyRoutes(app: App, context: ControlContext): void {
  app.get(
    '/api/policies',
    { schema: { summary: 'Patterns and their state', response: { 200: policiesSchema } } },
    () => viewPolicies(context),
  );
  app.post(
    '/api/policies/reset',
    { schema: { summary: 'Everything as at launch', response: { 200: policyResetSchema } } },
    (request) =>
      audited(context.audit, request, { action: 'policy.reset', target: '*' }, () => ({
        reset: resetPolicies(context, request),
      })),
  );
  app.patch(
    '/api/policies/mtls',
    {
      schema: {
        summary: 'Switch mutual TLS between services',
        body: mtlsPatchSchema,
        response: { 200: mtlsSchema },
      },
    },
    (request) =>
      patched(context, request, 'mtls', () => {
        orRefuse(context.fleet.setMtls(request.body.on));
        return viewMtls(context);
      }),
  );
  linkRoute(app, context);
  serviceRoute(app, context);
  flagRoute(app, context);
}

function linkRoute(app: App, context: ControlContext): void {
  app.patch(
    '/api/policies/:link',
    {
      schema: {
        summary: 'Change some fields of a link’s policies',
        params: z.object({ link: name }),
        body: policyPatchSchema,
        response: { 200: policySchema },
      },
    },
    (request) => {
      const { link } = request.params;
      return patched(context, request, link, () => {
        const answer = context.fleet.patchPolicy(link, request.body);
        const all = viewLinks(context);
        orName(answer, 'link', link, () => all.map((one) => one.link));
        return found(all.find((one) => one.link === link));
      });
    },
  );
}

function serviceRoute(app: App, context: ControlContext): void {
  app.patch(
    '/api/policies/services/:service',
    {
      schema: {
        summary: 'Change some fields of a service’s patterns',
        params: z.object({ service: name }),
        body: servicePolicyPatchSchema,
        response: { 200: servicePolicyViewSchema },
      },
    },
    (request) => {
      const { service } = request.params;
      return patched(context, request, service, () => {
        const answer = context.fleet.patchServicePolicy(service, request.body);
        const all = viewServices(context);
        const view = all.find((one) => one.service === service);
        if (answer.kind === 'refused' && answer.code === 'unknown-pattern') {
          const has = Object.keys(view?.policy ?? {});
          const strange = Object.keys(request.body).find((pattern) => !has.includes(pattern));
          orName(answer, strange ?? '', strange ?? '', () => has);
        }
        orName(answer, 'service', service, () => all.map((one) => one.service));
        return found(view);
      });
    },
  );
}

function flagRoute(app: App, context: ControlContext): void {
  app.patch(
    '/api/policies/flags/:key',
    {
      schema: {
        summary: 'Change a feature flag',
        params: z.object({ key: name }),
        body: featureFlagPatchSchema,
        response: { 200: flagViewSchema },
      },
    },
    (request) => {
      const { key } = request.params;
      return patched(context, request, key, () => {
        const answer = context.fleet.patchFlag(key, request.body);
        const all = viewFlags(context);
        orName(answer, 'key', key, () => all.map(({ flag }) => flag.key));
        return found(all.find(({ flag }) => flag.key === key));
      });
    },
  );
}

function patched<T>(
  { audit }: ControlContext,
  request: FastifyRequest,
  target: string,
  work: () => T,
): Promise<T> {
  const detail = JSON.stringify(request.body).slice(0, 300);
  return audited(audit, request, { action: 'policy.patch', target, detail }, work);
}

/** A refusal becomes a problem that says which names there are. */
function orName(answer: FleetAnswer, field: string, received: string, known: () => string[]): void {
  if (answer.kind !== 'refused') return;
  const rule = `one of ${known().join(', ') || 'none'}`;
  throw new ApiProblem(answer.code, answer.detail, [{ field, rule, received }]);
}

function found<View>(view: View | undefined): View {
  if (view === undefined) throw new ApiProblem('internal', 'what was changed is not there');
  return view;
}
