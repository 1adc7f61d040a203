import { defineService } from '@faultline/chassis';
import { z } from 'zod';
import { createAudit } from './audit.ts';
import { createAuthorisationRepository } from './authorisation-repository.ts';
import { createEvents } from './events.ts';
import { registerRoutes } from './routes.ts';

const environmentSchema = z.object({ PROVIDER_API_KEY: z.string().min(16) });

/** An outside payment provider: its own words, its own manners, its own books. */
export const service = defineService({
  name: 'psp',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  build(chassis) {
    const { PROVIDER_API_KEY: apiKey } = environmentSchema.parse(process.env);
    const authorisations = createAuthorisationRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const events = createEvents(chassis);
    return {
      routes: (app) => registerRoutes(app, { chassis, authorisations, events, audit, apiKey }),
      audit: () => audit.facts(),
    };
  },
});
