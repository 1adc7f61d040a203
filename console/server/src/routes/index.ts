import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { faultRoutes } from './faults.ts';
import { fleetRoutes } from './fleet.ts';
import { healthRoutes } from './health.ts';
import { labRoutes } from './lab.ts';
import { loadRoutes } from './load.ts';
import { policyRoutes } from './policies.ts';
import { streamRoutes } from './stream.ts';
import { telemetryRoutes } from './telemetry.ts';

/** Every route of the API, one file per area. */
export function registerRoutes(app: App, context: ControlContext): void {
  healthRoutes(app, context);
  streamRoutes(app, context);
  fleetRoutes(app, context);
  faultRoutes(app, context);
  policyRoutes(app, context);
  loadRoutes(app, context);
  telemetryRoutes(app, context);
  labRoutes(app, context);
}
