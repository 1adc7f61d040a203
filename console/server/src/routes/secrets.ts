import { rotateSecretsSchema, secretsSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { viewSecrets } from '../lab/secret-views.ts';
import { audited } from './audited.ts';
import { orRefuse } from './fleet.ts';

/** Secrets of the launch: which there are, and new ones while everything runs. */
export function secretRoutes(app: App, { fleet, audit }: ControlContext): void {
  const view = () => ({ secrets: viewSecrets(fleet) });
  app.get(
    '/api/secrets',
    {
      schema: {
        summary: 'Kinds of secrets and when they were replaced; never a value',
        response: { 200: secretsSchema },
      },
    },
    view,
  );
  app.post(
    '/api/secrets/rotate',
    {
      schema: {
        summary: 'Replace secrets of one kind while the fleet runs',
        body: rotateSecretsSchema,
        response: { 200: secretsSchema },
      },
    },
    (request) => {
      const { what } = request.body;
      return audited(audit, request, { action: 'secret.rotate', target: what }, async () => {
        orRefuse(await fleet.rotateSecrets(what));
        return view();
      });
    },
  );
}
