import { z } from 'zod';
import { gaugesSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { askGauges } from '../lab/ask-gauges.ts';

/** What the patterns of a service do now, as its instances tell at this moment. */
export function gaugeRoutes(app: App, { fleet }: ControlContext): void {
  app.get(
    '/api/services/:service/gauges',
    {
      schema: {
        summary: 'What the patterns of a service do now: budgets, pools, queues, counters',
        params: z.object({ service: z.string().min(1).max(120) }),
        response: { 200: gaugesSchema },
      },
    },
    async (request) => {
      const { service } = request.params;
      const part = fleet.status().services.find(({ name }) => name === service);
      if (!part) throw new ApiProblem('unknown-service', `there is no service ${service}`);
      const asked = part.instances.map(({ id }) => askGauges(fleet, id, request.signal));
      const answers = await Promise.all(asked);
      return {
        service,
        gauges: answers.flatMap((answer) => answer ?? []),
        silent: part.instances.flatMap(({ id }, index) => (answers[index] ? [] : [id])),
      };
    },
  );
}
