import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemSchema } from '@faultline/chassis/core';
import {
  experimentSchema,
  experimentsSchema,
  marksSchema,
  runSchema,
  runsSchema,
  validationSchema,
  type Run,
} from '../contract/index.ts';
import { startPlane, type TestPlane } from '../testing/plane.ts';
import {
  createScriptedEngine,
  documentCalled,
  untilStopped,
  type ScriptedEngine,
} from '../testing/scripted-engine.ts';

let engine: ScriptedEngine;
let lab: TestPlane;
let resources: AsyncDisposableStack;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  engine = createScriptedEngine();
  lab = resources.use(
    await startPlane({ engine, disconnectMs: 150, scenariosDir: join(tmpdir(), 'none') }),
  );
});
afterEach(() => resources.disposeAsync());

const start = async (name: string, extra: object = {}): Promise<Run> => {
  const answer = await lab.call('POST', '/api/runs', { document: documentCalled(name), ...extra });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return runSchema.parse(answer.body);
};
const get = async (id: string): Promise<Run> =>
  runSchema.parse((await lab.call('GET', `/api/runs/${id}`)).body);
const ended = async (id: string): Promise<Run> => {
  await expect.poll(async () => (await get(id)).state).toBe('ended');
  return get(id);
};

describe('a run', () => {
  it('executes a document, and is shown, listed and reported', async () => {
    const { id } = await start('stands-it', { seed: 9 });
    const run = await ended(id);
    expect(run).toMatchObject({
      experiment: 'stands-it',
      seed: 9,
      position: 0,
      requestedBy: 'api',
    });
    expect(run.outcome).toMatchObject({ verdict: 'holds', exitCode: 0 });
    const { runs } = runsSchema.parse(
      (await lab.call('GET', '/api/runs?experiment=stands-it')).body,
    );
    expect(runs).toMatchObject([{ id, state: 'ended', variants: [{ verdict: 'holds' }] }]);
    const journal = await (await fetch(new URL(`/api/runs/${id}/journal`, lab.plane.url))).text();
    const seqs = journal
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index));
    for (const format of ['json', 'html', 'md', 'xml']) {
      const report = await fetch(new URL(`/api/runs/${id}/report.${format}`, lab.plane.url));
      expect(report.status, format).toBe(200);
      expect(await report.text()).toContain('stands-it');
    }
  });

  it('leaves a band on the time strip and lines in the audit trail', async () => {
    const { id } = await start('stands-it');
    await ended(id);
    await expect
      .poll(async () => marksSchema.parse((await lab.call('GET', '/api/marks')).body).marks)
      .toMatchObject([
        { id: `run-${id}`, kind: 'run', side: 'ours', until: expect.any(Number) as number },
      ]);
    const { body } = await lab.call('GET', '/api/audit?action=run.start');
    expect(body).toMatchObject({ entries: [{ target: 'document', outcome: 'done' }] });
  });

  it('is ended by a person, once', async () => {
    engine.script = untilStopped;
    const { id } = await start('stands-it');
    await expect.poll(() => engine.begun.length).toBe(1);
    const abort = () => lab.call('POST', `/api/runs/${id}/abort`, { reason: 'enough' });
    expect((await abort()).status).toBe(202);
    const run = await ended(id);
    expect(run.variants[0]?.aborted).toEqual({ by: 'person', reason: 'enough' });
    expect(await abort()).toMatchObject({ status: 409, body: { code: 'run-ended' } });
  });

  it('whose engine breaks is put back and says so', async () => {
    engine.script = async ({ ports, run }) => {
      const off = { breaker: { enabled: false } };
      const { signal } = new AbortController();
      await ports.policies.change({ target: 'link', name: LINK, patch: off }, signal);
      await ports.faults.inject(
        { kind: 'network.latency', link: LINK, latencyMs: 9 },
        60_000,
        run.id,
      );
      await ports.load.set({ ...LOAD, rps: 77 });
      expect(ports.faults.active(run.id)).toHaveLength(1);
      throw new Error('the engine has a bug');
    };
    const { id } = await start('stands-it');
    const run = await ended(id);
    expect(run.outcome).toMatchObject({ exitCode: 70, reasons: ['the engine has a bug'] });
    expect((await lab.call('GET', '/api/faults')).body).toMatchObject({ faults: [] });
    expect(breakerOf(lab)).toBe(true);
    expect((await lab.call('GET', '/api/load')).body).not.toMatchObject({ rps: 77 });
  });

  it('notes what people do meanwhile, and not what it does itself', async () => {
    const change = { target: 'link', name: LINK, patch: { retry: { attempts: 5 } } } as const;
    const { signal } = new AbortController();
    engine.script = async (order) => {
      await order.ports.policies.change(change, signal);
      await untilStopped(order);
    };
    const { id } = await start('stands-it');
    await expect.poll(() => engine.begun.length).toBe(1);
    await lab.call('PUT', '/api/load', { rps: 12 });
    await lab.call('POST', `/api/runs/${id}/abort`);
    const { notes } = await ended(id);
    expect(notes.map(({ text }) => text)).toEqual(['api: load.put load {"rps":12}']);
  });
});

const LINK = 'orders->payments';
const LOAD = { enabled: true, rps: 1, mix: { browse: 1, checkout: 1, history: 1 }, seed: 1 };

function breakerOf({ fleet }: TestPlane): boolean | undefined {
  return fleet.status().links.find(({ name }) => name === LINK)?.policy?.breaker.enabled;
}

describe('the queue', () => {
  it('runs one at a time, in order, and moves up those that wait', async () => {
    engine.script = untilStopped;
    const [first, second, third] = [await start('one'), await start('two'), await start('three')];
    expect([second.position, third.position]).toEqual([1, 2]);
    await lab.call('POST', `/api/runs/${second.id}/abort`);
    expect(await ended(second.id)).toMatchObject({ position: 0, outcome: { exitCode: 3 } });
    expect((await get(third.id)).position).toBe(1);
    await lab.call('POST', `/api/runs/${first.id}/abort`);
    await expect.poll(() => engine.begun.map(({ run }) => run.id)).toEqual([first.id, third.id]);
    expect((await get(third.id)).state).toBe('running');
  });

  it('refuses the one that is too many', async () => {
    engine.script = untilStopped;
    await start('first');
    await expect.poll(() => engine.begun.length).toBe(1);
    for (let count = 0; count < 20; count += 1) await start('waits');
    const document = documentCalled('too-many');
    const answer = await lab.call('POST', '/api/runs', { document });
    expect(answer).toMatchObject({ status: 409, body: { code: 'queue-full' } });
  });

  it('is emptied by stop all, which goes back to the policies of the launch', async () => {
    await lab.call('PATCH', `/api/policies/${encodeURIComponent(LINK)}`, {
      breaker: { enabled: false },
    });
    engine.script = async (order) => {
      await untilStopped(order);
      await order.ports.policies.restore();
    };
    const [first, second] = [await start('one'), await start('two')];
    await expect.poll(() => engine.begun.length).toBe(1);
    expect((await lab.call('DELETE', '/api/faults')).status).toBe(200);
    for (const { id } of [first, second]) {
      const { notes, variants } = await ended(id);
      const aborted = variants.flatMap((one) => one.aborted?.by ?? []);
      expect([...aborted, ...notes.map(({ text }) => text)].join()).toMatch(/stop.all/);
    }
    expect(breakerOf(lab)).toBe(true);
    const again = await lab.call('POST', '/api/runs', { document: documentCalled('again') });
    expect(again).toMatchObject({ status: 409, body: { code: 'stopped' } });
  });

  it('takes nothing while the fleet is not ready, and says what to do', async () => {
    lab.fleet.setPhase('stopped');
    const document = documentCalled('too-early');
    const answer = await lab.call('POST', '/api/runs', { document });
    expect(answer).toMatchObject({ status: 409, body: { code: 'fleet-not-ready' } });
    expect(problemSchema.parse(answer.body).detail).toContain('launch it');
  });
});

describe('an attached run', () => {
  it('ends when nobody watches', async () => {
    engine.script = untilStopped;
    const { id } = await start('watched', { attached: true });
    const run = await ended(id);
    expect(run.variants[0]?.aborted?.by).toBe('disconnect');
  });

  it('goes on while somebody does, who sees its end', async () => {
    let release = () => {};
    engine.script = () => new Promise((resolve) => (release = resolve));
    const { id } = await start('watched', { attached: true });
    await expect.poll(() => engine.begun.length).toBe(1);
    const answer = await fetch(new URL(`/api/runs/${id}/watch`, lab.plane.url));
    // One that came later, and that nobody watches, has been given up: so would the first one be.
    const { id: later } = await start('unwatched', { attached: true });
    await ended(later);
    release();
    const views = (await answer.text())
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => runSchema.parse(JSON.parse(line.slice(6))));
    expect(views[0]?.state).toBe('running');
    expect(views.at(-1)).toMatchObject({ state: 'ended', outcome: { verdict: 'holds' } });
  });
});

describe('a control plane that comes after one that was killed', () => {
  it('ends the run that was under way and puts back load and replicas', async () => {
    const id = 'run-of-before';
    engine.script = untilStopped;
    const run = await start('cut-short');
    await expect.poll(() => engine.begun.length).toBe(1);
    // A folder of its own: the run that is copied still lives, and has left nothing behind.
    const dataDir = await mkdtemp(join(tmpdir(), 'faultline-killed-'));
    resources.defer(() => rm(dataDir, { recursive: true, force: true }));
    const folder = join(dataDir, 'runs', id);
    const from = join(lab.dataDir, 'runs', run.id);
    await mkdir(folder, { recursive: true });
    const renamed = async (file: string) =>
      writeFile(
        join(folder, file),
        (await readFile(join(from, file), 'utf8')).replaceAll(run.id, id),
      );
    for (const file of ['run.json', 'journal.jsonl']) await renamed(file);
    await appendFile(join(folder, 'journal.jsonl'), '{"seq":2,"kind":"obs');
    const before = { load: { ...LOAD, rps: 33 }, replicas: { payments: 1 }, schema: {} };
    await writeFile(join(folder, 'before.json'), JSON.stringify(before));
    await lab.fleet.scale('payments', 3);

    const { fleet } = lab;
    const next = resources.use(
      await startPlane({ engine, dataDir, fleet, scenariosDir: join(tmpdir(), 'none') }),
    );
    const answer = await next.call('GET', `/api/runs/${id}`);
    expect(runSchema.parse(answer.body)).toMatchObject({
      state: 'ended',
      outcome: { verdict: 'inconclusive', exitCode: 70 },
      variants: [{ state: 'ended', aborted: { by: 'lab-fault' }, undo: { clean: true } }],
    });
    await expect
      .poll(() => fleet.status().services.find(({ name }) => name === 'payments')?.instances.length)
      .toBe(1);
    expect((await next.call('GET', '/api/load')).body).toMatchObject({ rps: 33 });
  });
});

describe('a soak', () => {
  it('is planned by its seed and runs like an experiment', async () => {
    const answer = await lab.call('POST', '/api/soaks', { seed: 4, durationSeconds: 60 });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { id, plan } = runSchema.parse(answer.body);
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(await ended(id)).toMatchObject({ runKind: 'soak', seed: 4 });
  });

  it('with something off that is no pattern is refused', async () => {
    const answer = await lab.call('POST', '/api/soaks', { off: ['nonsense'] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'not-plannable' } });
  });
});

describe('closing the control plane', () => {
  it('ends the run and waits for its undo', async () => {
    const stopped = Promise.withResolvers<void>();
    const undo = Promise.withResolvers<void>();
    const order: string[] = [];
    engine.script = async (ordered) => {
      await untilStopped(ordered);
      stopped.resolve();
      await undo.promise;
      order.push('undone');
    };
    await start('closed');
    await expect.poll(() => engine.begun.length).toBe(1);
    const closed = lab.plane.close().then(() => order.push('closed'));
    await stopped.promise;
    undo.resolve();
    await closed;
    expect(order).toEqual(['undone', 'closed']);
  });
});

describe('hostile requests', () => {
  const document = documentCalled('fine');
  it.each([
    ['POST', '/api/runs', {}, 400, 'invalid-request'],
    ['POST', '/api/runs', { experiment: 'a', document }, 400, 'invalid-request'],
    ['POST', '/api/runs', { experiment: '../../etc/passwd' }, 404, 'unknown-experiment'],
    ['POST', '/api/runs', { document: 'a: [' }, 400, 'invalid-document'],
    ['POST', '/api/runs', { document: 'a: &a [*a, *a]' }, 400, 'invalid-document'],
    ['POST', '/api/runs', { document, variants: ['none'] }, 409, 'not-plannable'],
    ['POST', '/api/runs', { document, seed: 1.5 }, 400, 'invalid-request'],
    ['POST', '/api/runs', '{"document":', 400, 'invalid-json'],
    ['POST', '/api/soaks', { durationSeconds: 1 }, 400, 'invalid-request'],
    ['GET', '/api/runs/..%2F..%2Faudit', undefined, 400, 'invalid-request'],
    ['GET', '/api/runs/none', undefined, 404, 'unknown-run'],
    ['GET', '/api/runs/none/journal', undefined, 404, 'unknown-run'],
    ['GET', '/api/runs/none/watch', undefined, 404, 'unknown-run'],
    ['GET', '/api/runs/none/report.exe', undefined, 400, 'invalid-request'],
    ['POST', '/api/runs/none/abort', undefined, 404, 'unknown-run'],
    ['GET', '/api/compare?runs=one', undefined, 400, 'invalid-request'],
    ['GET', '/api/compare?runs=one,two', undefined, 404, 'unknown-run'],
    ['GET', '/api/experiments/none', undefined, 404, 'unknown-experiment'],
    ['GET', '/api/experiments/..%2Fbefore', undefined, 404, 'unknown-experiment'],
    ['PUT', '/api/experiments/..%2Fup', { document }, 400, 'invalid-request'],
    ['PUT', '/api/experiments/schema', { document }, 400, 'invalid-request'],
    ['PUT', '/api/experiments/other-name', { document }, 400, 'invalid-document'],
    ['DELETE', '/api/experiments/none', undefined, 404, 'unknown-experiment'],
  ])('%s %s %j', async (method, path, body, status, code) => {
    expect(await lab.call(method, path, body)).toMatchObject({ status, body: { code } });
  });

  it('of a document that is too large is refused', async () => {
    const answer = await lab.call('POST', '/api/runs', { document: 'x'.repeat(200_001) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('cannot be signed as a run', async () => {
    await fetch(new URL('/api/load', lab.plane.url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-faultline-actor': 'run 1' },
      body: '{"rps":3}',
    });
    const { body } = await lab.call('GET', '/api/audit?action=load.put');
    expect(body).toMatchObject({ entries: [{ actor: 'api' }] });
  });
});

describe('the library', () => {
  const list = async () =>
    experimentsSchema
      .parse((await lab.call('GET', '/api/experiments')).body)
      .experiments.filter(({ origin }) => origin === 'own');

  it('saves, shows, runs and deletes an own experiment', async () => {
    const path = '/api/experiments/mine';
    const lookAt = ['The breaker', 'The price: it stays'];
    const metadata = `metadata:\n  lookAt: ${JSON.stringify(lookAt)}`;
    const document = documentCalled('mine').replace('metadata:', metadata);
    expect((await lab.call('PUT', path, { document })).status).toBe(200);
    const { id } = runSchema.parse(
      (await lab.call('POST', '/api/runs', { experiment: 'mine' })).body,
    );
    await ended(id);
    await expect
      .poll(list)
      .toMatchObject([
        { name: 'mine', valid: true, faults: ['network.latency'], last: { runId: id } },
      ]);
    const view = experimentSchema.parse((await lab.call('GET', path)).body);
    expect(view).toMatchObject({ document, problems: [], lookAt, plan: { experiment: 'mine' } });
    expect((await lab.call('DELETE', path)).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  it('shows a broken file with what is wrong in it, and does not run it', async () => {
    const folder = join(lab.dataDir, 'experiments');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'broken.yaml'), documentCalled('broken').replace('200ms', '-1'));
    expect(await list()).toMatchObject([{ name: 'broken', valid: false, atMostMs: 0 }]);
    const view = experimentSchema.parse((await lab.call('GET', '/api/experiments/broken')).body);
    expect(view.problems[0]).toMatchObject({
      line: 10,
      path: expect.stringContaining('latency') as string,
    });
    const answer = await lab.call('POST', '/api/runs', { experiment: 'broken' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-document' } });
  });

  it('checks a document and plans it without touching anything', async () => {
    const answer = await lab.call('POST', '/api/experiments/validate', {
      document: documentCalled('planned'),
    });
    const { valid, plan } = validationSchema.parse(answer.body);
    expect(valid).toBe(true);
    expect(plan?.blastRadius).toMatchObject({ links: [LINK], instances: ['payments-1'] });
    expect(engine.begun).toEqual([]);
    const schema = await lab.call('GET', '/api/experiments/schema');
    expect(z.looseObject({ title: z.string() }).safeParse(schema.body).success).toBe(true);
  });
});
