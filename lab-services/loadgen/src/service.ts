import { defineService } from '@faultline/chassis';
import { createCustomers } from './customers.ts';
import { createEvents } from './events.ts';
import { createFaultBook } from './faults/fault-book.ts';
import { createSlowClients } from './faults/slow-clients.ts';
import type { LoadFault } from './faults/fault.ts';
import { createGenerator } from './generator.ts';
import { readInitialLoad } from './load.ts';
import { registerFaultRoutes, registerRoutes } from './routes.ts';

/** Plays customers: an open-loop, seeded load of shopping journeys. */
export const service = defineService({
  name: 'loadgen',
  calls: ['edge'],
  build(chassis) {
    const events = createEvents(chassis);
    const generator = createGenerator({
      chassis,
      edge: chassis.link('edge'),
      // Where services show who they are, so do people.
      customers: chassis.environment.IDENTITY_ISSUER
        ? createCustomers({ chassis, identity: chassis.link('identity') })
        : undefined,
      events,
      initial: readInitialLoad(process.env),
    });
    const beginFault = (fault: LoadFault): Disposable => {
      switch (fault.kind) {
        case 'spike':
          return generator.overlay(({ rps }) => rps * (fault.factor - 1) + fault.addedRps);
        case 'retry-storm':
          return generator.repeatFailed(fault.retries);
        case 'slow-clients':
          return createSlowClients(chassis, fault);
      }
    };
    const faults = createFaultBook(chassis, beginFault);
    return {
      routes(app) {
        registerRoutes(app, generator, events);
        registerFaultRoutes(app, faults);
      },
      workers: [
        generator,
        {
          name: 'faults of the load',
          start: () => undefined,
          [Symbol.asyncDispose]: async () => faults[Symbol.dispose](),
        },
      ],
    };
  },
});
