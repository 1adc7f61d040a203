import { linkPolicySchema } from '@faultline/chassis/core';
import { z } from 'zod';
import {
  policiesSchema,
  policyPatchSchema,
  policySchema,
  type PolicyView,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { audited } from './audited.ts';
import { orRefuse } from './fleet.ts';

/** Policies of the links between services: read, and change in place. */
export function policyRoutes(app: App, context: ControlContext): void {
  const { fleet, audit } = context;
  app.get(
    '/api/policies',
    { schema: { summary: 'Policies of every link', response: { 200: policiesSchema } } },
    () => ({ policies: viewPolicies(context) }),
  );
  app.patch(
    '/api/policies/:link',
    {
      schema: {
        summary: 'Change some fields of a link’s policies',
        params: z.object({ link: z.string().min(1).max(120) }),
        body: policyPatchSchema,
        response: { 200: policySchema },
      },
    },
    (request) => {
      const { link } = request.params;
      const detail = JSON.stringify(request.body).slice(0, 300);
      return audited(audit, request, { action: 'policy.patch', target: link, detail }, () => {
        orRefuse(fleet.patchPolicy(link, request.body));
        const view = viewPolicies(context).find((one) => one.link === link);
        if (!view) throw new ApiProblem('unknown-link', `no policies belong to ${link}`);
        return view;
      });
    },
  );
}

function viewPolicies({ fleet, policies }: ControlContext): PolicyView[] {
  return fleet
    .status()
    .links.flatMap(({ name, policy }) =>
      policy === null
        ? []
        : [{ link: name, policy, initial: linkPolicySchema.parse(policies[name] ?? {}) }],
    );
}
