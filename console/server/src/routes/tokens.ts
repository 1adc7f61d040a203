import { tokenRequestSchema, tokenSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { logInAs } from '../lab/log-in.ts';
import { audited } from './audited.ts';

/** Access tokens for people who try the shop by hand. */
export function tokenRoutes(app: App, { fleet, audit }: ControlContext): void {
  app.post(
    '/api/tokens',
    {
      schema: {
        summary: 'Log a person of the lab in and get an access token of theirs',
        body: tokenRequestSchema,
        response: { 200: tokenSchema },
      },
    },
    (request, reply) => {
      const { user } = request.body;
      void reply.header('cache-control', 'no-store');
      return audited(audit, request, { action: 'token.post', target: user }, () =>
        logInAs(fleet, user),
      );
    },
  );
}
