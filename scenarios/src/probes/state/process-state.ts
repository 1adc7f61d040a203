import { z } from 'zod';
import { nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';

type ProcessSpec = {
  probe: 'process.state';
  service?: string | undefined;
  instance?: string | undefined;
};

/** Whether instances run. */
export const processState: ProbeKind<ProcessSpec> = {
  kind: 'process.state',
  title: 'Process state',
  summary:
    'Of an instance its state (`starting`, `ready`, `paused`, `crashed` or `stopped`); of a service or resource how many of its instances are ready.',
  unit: 'count',
  unitOf: ({ instance }) => (instance === undefined ? 'count' : ''),
  minimumSamples: 0,
  schema: z
    .strictObject({
      probe: z.literal('process.state'),
      service: nameField('Service or resource: the value is a number; or `instance`').optional(),
      instance: nameField('Instance: the value is a state; or `service`').optional(),
    })
    .refine(({ service, instance }) => (service === undefined) !== (instance === undefined), {
      message: 'either service or instance',
      path: ['service'],
    }),
  describe: ({ service, instance }) =>
    instance === undefined ? `ready instances of ${service}` : `state of ${instance}`,
  windowMs: () => null,
  async measure({ service, instance }, _span, sight) {
    const { services, resources } = sight.fleet();
    const parts = [...services, ...resources];
    if (instance !== undefined) {
      const own = parts.flatMap(({ instances }) => instances).find(({ id }) => id === instance);
      if (!own) return { value: null, samples: null, detail: `there is no instance ${instance}` };
      return {
        value: own.state,
        samples: null,
        ...(own.detail === null ? {} : { detail: own.detail }),
      };
    }
    const part = parts.find(({ name }) => name === service);
    if (!part) return { value: null, samples: null, detail: `there is no service ${service}` };
    return {
      value: part.instances.filter(({ state }) => state === 'ready').length,
      samples: null,
      detail: part.instances.map(({ id, state }) => `${id} ${state}`).join(', '),
    };
  },
};
