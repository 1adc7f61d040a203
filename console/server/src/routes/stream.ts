import { z } from 'zod';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';

/** `GET /api/stream`: the state as it stands, then every change, as server-sent events. */
export function streamRoutes(app: App, { hub, initialEvents }: ControlContext): void {
  app.get(
    '/api/stream',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Live stream (server-sent events)',
        description:
          'Events: fleet, faults, load, mark, policies, audited, redrive, run, collector; red, breakers, sagas, happened, ' +
          'stats as the collector sends them. A heartbeat comment every 5 s. A slow client loses ' +
          '`red` and `stats` first; a hopeless one is closed and gets the state when it comes back.',
        produces: ['text/event-stream'],
        response: { 200: z.string().describe('Server-sent events') },
      },
    },
    (request, reply) => {
      hub.connect(request, reply, initialEvents());
    },
  );
}
