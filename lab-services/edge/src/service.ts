import { defineService } from '@faultline/chassis';
import { createFrontDoor } from './front-door.ts';
import { registerRoutes } from './routes.ts';

/** The front door: spreads what comes from outside over the gateways, and keeps nothing. */
export const service = defineService({
  name: 'edge',
  calls: ['gateway'],
  build(chassis) {
    const door = createFrontDoor(chassis);
    return { routes: (app) => registerRoutes(app, door) };
  },
});
