import type { FleetAnswer } from '@faultline/fleet';
import { z } from 'zod';
import {
  fleetSchema,
  instanceActionSchema,
  launchSchema,
  outputSchema,
  runtimesSchema,
  scaleSchema,
  type InstanceAction,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { audited, noContent } from './audited.ts';

const name = z.string().min(1).max(120);

/** The fleet: state, launch and stop, scale, and what can be done to one instance. */
export function fleetRoutes(app: App, context: ControlContext): void {
  const { fleet, audit, fleetView } = context;

  launchRoutes(app, context);
  app.post(
    '/api/fleet/services/:service/scale',
    {
      schema: {
        summary: 'Scale a service to so many instances',
        params: z.object({ service: name }),
        body: scaleSchema,
        response: { 200: fleetSchema },
      },
    },
    (request) => {
      const { service } = request.params;
      const { replicas } = request.body;
      const what = { action: 'fleet.scale', target: service, detail: `to ${replicas}` };
      return audited(audit, request, what, async () => {
        orRefuse(await fleet.scale(service, replicas));
        return fleetView();
      });
    },
  );
  instanceRoutes(app, context);
}

function launchRoutes(app: App, context: ControlContext): void {
  const { fleet, launcher, audit, fleetView } = context;

  app.get(
    '/api/fleet',
    { schema: { summary: 'The fleet as it stands', response: { 200: fleetSchema } } },
    () => fleetView(),
  );
  app.post(
    '/api/fleet/launch',
    {
      schema: {
        summary: 'Launch the fleet in the background',
        description:
          'Body: runtime, `process` or `docker`; without it what runs already, or what the lab was started with. A fleet on the other runtime is stopped first; 409 if it runs on this one.',
        body: launchSchema.nullish().transform((body) => body ?? launchSchema.parse({})),
        response: { 202: fleetSchema },
      },
    },
    (request, reply) => {
      const asked = request.body.runtime;
      const detail = asked === undefined ? '' : `on the ${asked} runtime`;
      return audited(audit, request, { action: 'fleet.launch', target: 'fleet', detail }, () => {
        reply.code(202);
        if (!launcher.launch(asked)) {
          const { phase, runtime } = fleet.status();
          throw new ApiProblem('fleet-running', `the fleet is ${phase} on the ${runtime} runtime`);
        }
        return fleetView();
      });
    },
  );
  app.get(
    '/api/runtimes',
    { schema: { summary: 'What the fleet can be launched on', response: { 200: runtimesSchema } } },
    async () => ({ runtimes: await fleet.inspectRuntimes() }),
  );
  app.post(
    '/api/fleet/stop',
    { schema: { summary: 'Stop the fleet in the background', response: { 202: fleetSchema } } },
    (request, reply) =>
      audited(audit, request, { action: 'fleet.stop', target: 'fleet' }, () => {
        reply.code(202);
        if (!launcher.stop()) {
          throw new ApiProblem('fleet-not-running', `the fleet is ${fleet.status().phase}`);
        }
        return fleetView();
      }),
  );
}

function instanceRoutes(app: App, { fleet, audit }: ControlContext): void {
  app.post(
    '/api/fleet/instances/:instance/:action',
    {
      schema: {
        summary: 'Kill, stop, start, restart, pause or resume one instance',
        params: z.object({ instance: name, action: instanceActionSchema }),
        response: { 204: z.null().describe('Done') },
      },
    },
    (request, reply) => {
      const { instance, action } = request.params;
      const what = { action: `instance.${action}`, target: instance };
      return audited(audit, request, what, async () => {
        orRefuse(await act(action, instance));
        return noContent(reply);
      });
    },
  );
  app.get(
    '/api/fleet/instances/:instance/output',
    {
      schema: {
        summary: 'Newest lines of what an instance printed, oldest first',
        params: z.object({ instance: name }),
        querystring: z.object({ lines: z.coerce.number().int().min(1).max(2000).default(200) }),
        response: { 200: outputSchema },
      },
    },
    async (request) => {
      const { instance } = request.params;
      const { services, resources } = fleet.status();
      const known = [...services, ...resources].some((part) =>
        part.instances.some(({ id }) => id === instance),
      );
      if (!known) throw new ApiProblem('unknown-instance', `no instance is called ${instance}`);
      return { instance, lines: await fleet.logs(instance, request.query.lines) };
    },
  );

  function act(action: InstanceAction, instance: string): Promise<FleetAnswer> {
    switch (action) {
      case 'kill':
        return fleet.kill(instance);
      case 'stop':
        return fleet.stopInstance(instance);
      case 'start':
        return fleet.startInstance(instance);
      case 'restart':
        return fleet.restart(instance);
      case 'pause':
        return fleet.pause(instance);
      case 'resume':
        return fleet.resume(instance);
    }
  }
}

/** A refusal of the fleet becomes a problem with the same code. */
export function orRefuse(answer: FleetAnswer): void {
  if (answer.kind === 'refused') throw new ApiProblem(answer.code, answer.detail);
}
