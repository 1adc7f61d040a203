import { compareRuns, MAXIMUM_RUNS, type RunView } from '@faultline/scenarios/journal';
import { REPORT_FORMATS, REPORT_TYPES, renderSuite } from '@faultline/scenarios/report';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import {
  abortRunSchema,
  comparisonSchema,
  runSchema,
  runsSchema,
  startRunSchema,
  startSoakSchema,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { RUN_ID } from '../runs/run-store.ts';
import { actorOf, audited } from './audited.ts';
import { DOCUMENT_LIMIT_BYTES } from './experiments.ts';

const id = z.string().regex(RUN_ID, 'must be lower-case letters, digits and dashes');
const byId = z.object({ id });

/** Runs: started, listed, shown, ended, compared. */
export function runRoutes(app: App, context: ControlContext): void {
  startRoutes(app, context);
  const { runs } = context;
  app.get(
    '/api/runs',
    {
      schema: {
        summary: 'Runs, newest first: those that wait, the one under way, those that ended',
        querystring: z.object({
          experiment: z.string().min(1).max(120).optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: runsSchema },
      },
    },
    ({ query }) => ({
      runs: runs
        .summaries()
        .filter(({ experiment }) => [undefined, experiment].includes(query.experiment))
        .slice(0, query.limit),
    }),
  );
  app.get(
    '/api/runs/:id',
    { schema: { summary: 'One run', params: byId, response: { 200: runSchema } } },
    ({ params }) => viewOf(context, params.id),
  );
  app.post(
    '/api/runs/:id/abort',
    {
      schema: {
        summary: 'Ends a run early; everything it did is undone',
        params: byId,
        body: abortRunSchema.nullish().transform((body) => body ?? {}),
        response: { 202: runSchema },
      },
    },
    (request, reply) => {
      const { id: run } = request.params;
      const { reason = `ended by ${actorOf(request)}` } = request.body;
      const what = { action: 'run.abort', target: run, detail: reason };
      return audited(context.audit, request, what, async () => {
        const before = await viewOf(context, run);
        if (!runs.desk.abort(run, { by: 'person', reason })) {
          throw new ApiProblem('run-ended', `run ${before.id} has ended already`);
        }
        return reply.code(202).send(await viewOf(context, run));
      });
    },
  );
  readingRoutes(app, context);
  suiteRoute(app, context);
  watchRoute(app, context);
  compareRoute(app, context);
}

function startRoutes(app: App, { runs, audit }: ControlContext): void {
  app.post(
    '/api/runs',
    {
      bodyLimit: DOCUMENT_LIMIT_BYTES,
      schema: {
        summary: 'Starts a run; it waits if another one is under way',
        description:
          'Body: `experiment`, the name of one, or `document`, a whole one; `variants`, `seed`. ' +
          '`attached`: the run ends when nobody has watched it for 10 s.',
        body: startRunSchema,
        response: { 201: runSchema },
      },
    },
    (request, reply) => {
      const { body } = request;
      const target = body.experiment ?? 'document';
      const detail = (body.variants ?? []).join(', ');
      return audited(audit, request, { action: 'run.start', target, detail }, async () =>
        reply.code(201).send(await runs.start(body, actorOf(request))),
      );
    },
  );
  app.post(
    '/api/soaks',
    {
      schema: {
        summary: 'Starts random chaos by a seed; invariants at the end',
        body: startSoakSchema,
        response: { 201: runSchema },
      },
    },
    (request, reply) => {
      const detail = JSON.stringify(request.body).slice(0, 300);
      return audited(audit, request, { action: 'run.start', target: 'soak', detail }, async () =>
        reply.code(201).send(await runs.startSoak(request.body, actorOf(request))),
      );
    },
  );
}

function readingRoutes(app: App, context: ControlContext): void {
  const { runs } = context;
  app.get(
    '/api/runs/:id/journal',
    {
      schema: {
        summary: 'The journal of a run so far, one JSON object a line',
        params: byId,
        produces: ['application/x-ndjson'],
        response: { 200: z.any().describe('Entries') },
      },
    },
    async (request, reply) => {
      const view = await viewOf(context, request.params.id);
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .send(createReadStream(runs.store.journalPath(view.id)));
    },
  );
  app.get(
    '/api/runs/:id/report.:format',
    {
      schema: {
        summary: 'A report of a run: json, html (one file), md or xml (JUnit)',
        params: z.object({ id, format: z.enum(REPORT_FORMATS) }),
        produces: Object.values(REPORT_TYPES),
        response: { 200: z.any().describe('The report') },
      },
    },
    async (request, reply) => {
      const { format } = request.params;
      const view = await viewOf(context, request.params.id);
      if (view.state === 'queued') {
        throw new ApiProblem(
          'run-not-ended',
          `run ${view.id} has not begun: it has no journal yet`,
        );
      }
      const entries = await runs.store.entries(view.id);
      return reply
        .type(REPORT_TYPES[format])
        .header('content-disposition', `inline; filename="${view.id}.${format}"`)
        .send(runs.engine.render(format, entries));
    },
  );
}

/** Most runs in one report. */
const MAXIMUM_SUITE = 200;

function suiteRoute(app: App, context: ControlContext): void {
  const { runs } = context;
  app.get(
    '/api/reports/suite.:format',
    {
      schema: {
        summary: 'One report of several runs, in the order given: json, html, md or xml (JUnit)',
        params: z.object({ format: z.enum(REPORT_FORMATS) }),
        querystring: z.object({
          runs: z
            .string()
            .transform((text) => text.split(',').filter((one) => one !== ''))
            .pipe(z.array(id).min(1).max(MAXIMUM_SUITE)),
        }),
        produces: Object.values(REPORT_TYPES),
        response: { 200: z.any().describe('The report') },
      },
    },
    async (request, reply) => {
      const { format } = request.params;
      const views = await Promise.all(request.query.runs.map((run) => viewOf(context, run)));
      const waiting = views.find(({ state }) => state === 'queued');
      if (waiting) {
        throw new ApiProblem('run-not-ended', `run ${waiting.id} has no journal yet`);
      }
      const journals = await Promise.all(views.map((view) => runs.store.entries(view.id)));
      return reply.type(REPORT_TYPES[format]).send(renderSuite(format, journals));
    },
  );
}

function watchRoute(app: App, context: ControlContext): void {
  const { runs } = context;
  app.get(
    '/api/runs/:id/watch',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'A run as it goes on (server-sent events)',
        description:
          'Event `run` with the whole run: at first, twice a second at most when anything changed, and ' +
          'at its end, which closes the stream. A heartbeat comment every 5 s.',
        params: byId,
        produces: ['text/event-stream'],
        response: { 200: z.string().describe('Server-sent events') },
      },
    },
    async (request, reply) => {
      const { id: run } = request.params;
      const live = runs.desk.find(run);
      if (live && !live.ended) {
        return runs.watchers.follow(request, reply, live, runs.desk.enter(run));
      }
      return runs.watchers.showEnded(request, reply, await viewOf(context, run));
    },
  );
}

function compareRoute(app: App, context: ControlContext): void {
  app.get(
    '/api/compare',
    {
      schema: {
        summary: `Two to ${MAXIMUM_RUNS} ended runs beside each other, the largest difference first`,
        querystring: z.object({
          runs: z
            .string()
            .max(400)
            .transform((text) => text.split(','))
            .pipe(z.array(id).min(2).max(MAXIMUM_RUNS)),
        }),
        response: { 200: comparisonSchema },
      },
    },
    async ({ query }) => {
      const views = await Promise.all(query.runs.map((one) => viewOf(context, one)));
      const open = views.find(({ state }) => state !== 'ended');
      if (open) throw new ApiProblem('run-not-ended', `run ${open.id} is ${open.state}`);
      return { runs: views, differences: compareRuns(views) };
    },
  );
}

/** @throws ApiProblem `unknown-run` */
async function viewOf({ runs }: ControlContext, run: string): Promise<RunView> {
  const view = runs.desk.find(run)?.view() ?? (await runs.store.view(run));
  if (view) return view;
  throw new ApiProblem('unknown-run', `no run has the id ${run}; the newest 200 are kept`);
}
