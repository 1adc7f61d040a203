import { z } from 'zod';
import { KEPT_ENTRIES } from '../audit/trail.ts';
import {
  auditSchema,
  auditVerdictSchema,
  invariantsSchema,
  marksSchema,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';

/** What the lab knows of itself: marks, audit trail, invariants. */
export function labRoutes(app: App, context: ControlContext): void {
  const { marks, audit, clock } = context;
  app.get(
    '/api/marks',
    {
      schema: {
        summary: 'What was done and what happened, for charts; the last 15 minutes unless told',
        querystring: z.object({
          from: z.coerce.number().optional(),
          to: z.coerce.number().optional(),
        }),
        response: { 200: marksSchema },
      },
    },
    (request) => {
      const to = request.query.to ?? clock.now();
      const from = request.query.from ?? to - 15 * 60_000;
      return { marks: marks.between(from, to) };
    },
  );
  auditRoutes(app, audit);
  app.get(
    '/api/invariants',
    {
      schema: {
        summary: 'Checks the invariants now, against the services’ own data',
        response: { 200: invariantsSchema },
      },
    },
    (request) => context.checkInvariants(request.signal),
  );
}

function auditRoutes(app: App, audit: ControlContext['audit']): void {
  const word = z.string().min(1).max(120).optional();
  app.get(
    '/api/audit',
    {
      schema: {
        summary: `Who did what, newest first, of the last ${KEPT_ENTRIES}`,
        description: 'action: the whole name or its first part, `policy.patch` or `policy`.',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(KEPT_ENTRIES).default(100),
          actor: word,
          action: word,
          target: word,
          q: word,
        }),
        response: { 200: auditSchema },
      },
    },
    (request) => ({ entries: audit.newest(request.query) }),
  );
  app.get(
    '/api/audit/verify',
    {
      schema: {
        summary: 'Reads the whole audit trail and says whether its chain is whole',
        response: { 200: auditVerdictSchema },
      },
    },
    () => audit.verify(),
  );
}
