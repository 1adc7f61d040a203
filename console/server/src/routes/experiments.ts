import { z } from 'zod';
import {
  experimentSchema,
  experimentsSchema,
  experimentSummarySchema,
  saveExperimentSchema,
  validateSchema,
  validationSchema,
  type ExperimentSummary,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { problemsOf, viewExperiment } from '../runs/experiment-view.ts';
import { EXPERIMENT_NAME, MAXIMUM_OWN, type LibraryEntry } from '../runs/library.ts';
import { audited, noContent } from './audited.ts';
import { refuseDocument } from '../http/refuse-document.ts';

/** A document of the largest size, quoted as JSON. */
export const DOCUMENT_LIMIT_BYTES = 1024 * 1024;

const byName = z.object({ name: z.string().min(1).max(120) });
/** Words of the API below `/api/experiments/` that are no names. */
const RESERVED = ['schema', 'validate'];

/** Experiments: those that came with Faultline and those that people of this lab have saved. */
export function experimentRoutes(app: App, context: ControlContext): void {
  const { runs } = context;
  app.get(
    '/api/experiments',
    {
      schema: {
        summary: 'Every experiment, with what became of it last',
        response: { 200: experimentsSchema },
      },
    },
    async () => ({
      experiments: (await runs.library.list()).map((entry) => summarise(context, entry)),
    }),
  );
  app.get(
    '/api/experiments/schema',
    {
      schema: {
        summary: 'JSON Schema of experiment documents, for editors',
        response: { 200: z.looseObject({}) },
      },
    },
    () => ({ ...runs.engine.schema() }),
  );
  app.get(
    '/api/experiments/:name',
    {
      schema: {
        summary: 'One experiment with its document, its plan and its runbook',
        params: byName,
        response: { 200: experimentSchema },
      },
    },
    async (request) => {
      const entry = await runs.library.read(request.params.name);
      if (!entry) throw unknown(request.params.name);
      const { parsed, text } = entry;
      const plan = parsed.ok ? runs.plan(parsed.experiment, {}) : null;
      return {
        ...summarise(context, entry),
        document: text,
        problems: problemsOf(parsed),
        plan: plan && 'problem' in plan ? null : plan,
        lookAt: parsed.ok ? parsed.experiment.lookAt : [],
        runbookText: parsed.ok ? await runs.library.runbook(parsed.experiment.runbook) : null,
      };
    },
  );
  validateRoute(app, context);
  changeRoutes(app, context);
}

function validateRoute(app: App, { runs }: ControlContext): void {
  app.post(
    '/api/experiments/validate',
    {
      bodyLimit: DOCUMENT_LIMIT_BYTES,
      schema: {
        summary: 'Checks a document, and plans it if it is good: the dry run',
        body: validateSchema,
        response: { 200: validationSchema },
      },
    },
    ({ body }) => {
      const parsed = runs.library.parse(body.document);
      if (!parsed.ok) return { valid: false, problems: parsed.problems, plan: null };
      const { seed } = body;
      const plan = runs.plan(parsed.experiment, seed === undefined ? {} : { seed });
      if (!('problem' in plan)) return { valid: true, problems: [], plan };
      const place = { line: 1, column: 1, path: '', suggestion: null };
      return { valid: false, problems: [{ ...place, message: plan.problem }], plan: null };
    },
  );
}

function changeRoutes(app: App, context: ControlContext): void {
  const { runs, audit } = context;
  app.put(
    '/api/experiments/:name',
    {
      bodyLimit: DOCUMENT_LIMIT_BYTES,
      schema: {
        summary: 'Saves an own experiment',
        params: byName,
        body: saveExperimentSchema,
        response: { 200: experimentSummarySchema },
      },
    },
    (request) => {
      const { name } = request.params;
      const { document } = request.body;
      return audited(audit, request, { action: 'experiment.save', target: name }, async () => {
        refuseName(name);
        const parsed = runs.library.parse(document, name);
        if (!parsed.ok) refuseDocument(parsed.problems);
        const saved = await runs.library.save(name, document);
        if (saved === 'library') throw ofLibrary(name);
        if (saved === 'full') {
          const detail = `${MAXIMUM_OWN} experiments are saved; delete one first`;
          throw new ApiProblem('too-many-experiments', detail);
        }
        return summarise(context, { name, origin: 'own', text: document, parsed });
      });
    },
  );
  app.delete(
    '/api/experiments/:name',
    {
      schema: {
        summary: 'Deletes an own experiment; its runs stay',
        params: byName,
        response: { 204: z.null().describe('Gone') },
      },
    },
    (request, reply) => {
      const { name } = request.params;
      return audited(audit, request, { action: 'experiment.delete', target: name }, async () => {
        const removed = await runs.library.remove(name);
        if (removed === 'library') throw ofLibrary(name);
        if (removed === 'unknown') throw unknown(name);
        return noContent(reply);
      });
    },
  );
}

function summarise({ runs }: ControlContext, entry: LibraryEntry): ExperimentSummary {
  return viewExperiment(entry, runs.catalogued(entry), runs.lastOf(entry.name));
}

function refuseName(name: string): void {
  if (EXPERIMENT_NAME.test(name) && !RESERVED.includes(name)) return;
  const rule = 'lower-case letters, digits and dashes; not schema or validate';
  throw new ApiProblem('invalid-request', `name must be ${rule}`, [
    { field: 'name', rule, received: name },
  ]);
}

function unknown(name: string): ApiProblem {
  return new ApiProblem('unknown-experiment', `no experiment is called ${name}`);
}

function ofLibrary(name: string): ApiProblem {
  const detail = `${name} came with Faultline and stays as it is: save a copy under another name`;
  return new ApiProblem('library-experiment', detail);
}
