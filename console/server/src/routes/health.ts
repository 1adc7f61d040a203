import { healthSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { VERSION } from '../version.ts';

/** `GET /api/health`: 200 while the control plane lives; `degraded` names what it misses. */
export function healthRoutes(app: App, { fleet, feed, startedAt }: ControlContext): void {
  app.get(
    '/api/health',
    { schema: { summary: 'Is the control plane well', response: { 200: healthSchema } } },
    () => {
      const { phase } = fleet.status();
      return {
        status: feed.connected && phase !== 'degraded' ? ('ok' as const) : ('degraded' as const),
        version: VERSION,
        startedAt,
        collector: feed.connected ? ('connected' as const) : ('unreachable' as const),
        fleet: phase,
      };
    },
  );
}
