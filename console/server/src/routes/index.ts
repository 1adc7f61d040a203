import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { experimentRoutes } from './experiments.ts';
import { faultRoutes } from './faults.ts';
import { fleetRoutes } from './fleet.ts';
import { gaugeRoutes } from './gauges.ts';
import { healthRoutes } from './health.ts';
import { labRoutes } from './lab.ts';
import { loadRoutes } from './load.ts';
import { policyRoutes } from './policies.ts';
import { projectionRoutes } from './projections.ts';
import { runRoutes } from './runs.ts';
import { schemaRoutes } from './schema.ts';
import { secretRoutes } from './secrets.ts';
import { streamRoutes } from './stream.ts';
import { telemetryRoutes } from './telemetry.ts';
import { tokenRoutes } from './tokens.ts';
import { topicRoutes } from './topics.ts';

/** Every route of the API, one file per area. */
export function registerRoutes(app: App, context: ControlContext): void {
  healthRoutes(app, context);
  streamRoutes(app, context);
  fleetRoutes(app, context);
  faultRoutes(app, context);
  policyRoutes(app, context);
  gaugeRoutes(app, context);
  loadRoutes(app, context);
  telemetryRoutes(app, context);
  topicRoutes(app, context);
  projectionRoutes(app, context);
  tokenRoutes(app, context);
  schemaRoutes(app, context);
  secretRoutes(app, context);
  experimentRoutes(app, context);
  runRoutes(app, context);
  labRoutes(app, context);
}
