import { loadPatchSchema, loadSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { audited } from './audited.ts';

/** The load: what is wanted, and a change to it. */
export function loadRoutes(app: App, { load, audit }: ControlContext): void {
  app.get(
    '/api/load',
    { schema: { summary: 'The load as wanted', response: { 200: loadSchema } } },
    () => load.current(),
  );
  app.put(
    '/api/load',
    {
      schema: {
        summary: 'Change the load; remembered while the load generator is down',
        body: loadPatchSchema,
        response: { 200: loadSchema },
      },
    },
    (request) => {
      const detail = JSON.stringify(request.body).slice(0, 300);
      return audited(audit, request, { action: 'load.put', target: 'load', detail }, async () => {
        const { enabled, rps, mix, seed } = request.body;
        await load.change({
          ...(enabled === undefined ? {} : { enabled }),
          ...(rps === undefined ? {} : { rps }),
          ...(mix === undefined ? {} : { mix }),
          ...(seed === undefined ? {} : { seed }),
        });
        return load.current();
      });
    },
  );
}
