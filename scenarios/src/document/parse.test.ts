import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFaultRegistry } from '../faults/registry.ts';
import type { AnyProbeKind } from '../probes/registry.ts';
import type { DocumentProblem, Experiment } from './model.ts';
import { parseExperiment } from './parse.ts';

const EVERY_WORD = readFileSync(resolve(import.meta.dirname, 'fixtures/every-word.yaml'), 'utf8');

const HEAD = `apiVersion: faultline/v1
kind: Experiment
metadata: { name: a-claim, title: A claim }
`;
const STEADY = `steadyState:
  - { probe: red.errorRatio, service: gateway, expect: < 1% }
`;
const METHOD = `method:
  - observe: { for: 10s }
`;

function parsed(text: string): Experiment {
  const answer = parseExperiment(text);
  expect(answer.ok ? [] : answer.problems).toEqual([]);
  if (!answer.ok) throw new Error('not valid');
  return answer.experiment;
}

function problemsOf(text: string): DocumentProblem[] {
  const answer = parseExperiment(text);
  return answer.ok ? [] : answer.problems;
}

/** The only problem of `text`. */
function problemOf(text: string): DocumentProblem {
  const problems = problemsOf(text);
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toHaveLength(1);
  return problems[0] as DocumentProblem;
}

const withMethod = (steps: string) => `${HEAD}${STEADY}method:\n${steps}`;

describe('a valid document', () => {
  it('is read with every word, units converted and ids given', () => {
    const experiment = parsed(EVERY_WORD);
    expect(experiment).toMatchObject({
      name: 'every-word',
      pattern: 'R4',
      load: { rps: 40, seed: 7, warmupMs: 10_000 },
      recoveryMs: 20_000,
      policies: [
        { target: 'flag', name: 'choreographed-saga', patch: { percentage: 0 } },
        { target: 'mtls', on: true },
      ],
      abortWhen: [{ check: { id: 'red.errorRatio#2', tolerance: { value: 0.6 } }, forMs: 10_000 }],
      sweep: {
        target: 'link',
        name: 'orders->payments',
        field: 'timeout.attemptMs',
        values: [500, 1000, 2000],
        show: [{ id: 'red.latency' }, { id: 'errors' }],
      },
    });
    expect(experiment.method.map(({ kind, line }) => [kind, line])).toEqual([
      ['inject', 28],
      ['await', 29],
      ['observe', 30],
      ['parallel', 31],
      ['policy', 35],
      ['load', 36],
      ['schema', 37],
      ['redrive', 38],
      ['rebuild', 39],
      ['sequence', 40],
      ['clear', 42],
      ['await', 43],
    ]);
  });

  it('keeps branches apart, and the steps of each in order', () => {
    const [, , , parallel] = parsed(EVERY_WORD).method;
    expect(parallel).toMatchObject({
      kind: 'parallel',
      branches: [
        [{ kind: 'scale', service: 'orders', replicas: 3, line: 32 }],
        [
          { kind: 'inject', id: 'dead', fault: { stayDown: true, instance: 'payments-2' } },
          { kind: 'clear', what: ['dead'] },
        ],
      ],
    });
  });

  it('gets every default', () => {
    expect(parsed(HEAD + STEADY + METHOD)).toEqual({
      name: 'a-claim',
      title: 'A claim',
      pattern: null,
      description: '',
      lookAt: [],
      tags: [],
      runbook: null,
      load: { rps: 40, mix: { browse: 6, checkout: 3, history: 1 }, seed: 7, warmupMs: 10_000 },
      policies: [],
      steadyState: [
        {
          id: 'red.errorRatio',
          probe: { probe: 'red.errorRatio', service: 'gateway', windowMs: 10_000 },
          tolerance: { kind: 'compare', operator: '<', value: 0.01 },
          expect: '< 1%',
        },
      ],
      method: [{ kind: 'observe', forMs: 10_000, checks: [], line: 7 }],
      recoveryMs: 30_000,
      abortWhen: [],
      invariants: [],
      sometimes: [],
      variants: [{ name: 'as-it-is', changes: [], expect: 'holds', because: [] }],
      sweep: null,
    });
  });

  it('says faults in the units of people and hands them on in those of the registry', () => {
    const [latency, limit, slow] = parsed(
      withMethod(`  - inject: { kind: network.latency, link: "*->payments", latency: 1.5s, toxicity: 50% }
  - inject: { kind: network.limit-data, link: orders->payments, bytes: 64KB, for: 2m }
  - inject: { kind: network.bandwidth, link: orders->payments, rate: 1MB/s, as: slow }
  - clear: [network.latency, slow]
`),
    ).method;
    expect(latency).toMatchObject({ fault: { latencyMs: 1500, toxicity: 0.5 }, forMs: 60_000 });
    expect(limit).toMatchObject({ fault: { bytes: 64_000 }, forMs: 120_000 });
    expect(slow).toMatchObject({ id: 'slow', fault: { rateKBs: 1000 } });
  });

  it('gives attributes of events the names of the telemetry vocabulary', () => {
    const text = `${HEAD}${STEADY}${METHOD}sometimes:
  - { event: resilience.breaker.state_changed, link: orders->payments, to: open, times: 2 }
  - { event: saga.step.*, step: charge, service: orders }
  - { event: deadletter.published, topic: orders.events }
`;
    expect(parsed(text).sometimes).toEqual([
      {
        event: 'resilience.breaker.state_changed',
        attributes: { link: 'orders->payments', 'breaker.to': 'open' },
        service: null,
        times: 2,
      },
      { event: 'saga.step.*', attributes: { 'saga.step': 'charge' }, service: 'orders', times: 1 },
      {
        event: 'deadletter.published',
        attributes: { 'messaging.destination.name': 'orders.events' },
        service: null,
        times: 1,
      },
    ]);
  });

  it('observes the whole steady state when told all', () => {
    const text = withMethod('  - observe: { for: 10s, steadyState: all }\n');
    expect(parsed(text).method[0]).toMatchObject({ checks: ['red.errorRatio'] });
  });
});

describe('a document with mistakes', () => {
  it('is told all of them, each with its place and the way out', () => {
    const text = EVERY_WORD.replace('latency: 2s', 'latncy: 2s')
      .replace('probe: red.latency\n', 'probe: red.latncy\n')
      .replace('breaker: off', 'braker: off')
      .replace('< 1%', '< 3s')
      .replace('redrive:', 'redrve:')
      .replace('rps: 40', 'rps: 4000')
      .replace('titel', 'title')
      .replace('clear: dead', 'clear: ded');
    const told = problemsOf(text).map(({ line, column, path, suggestion }) =>
      [`${line}:${column}`, path, suggestion].join(' '),
    );
    expect(told).toEqual([
      '12:14 load.rps ',
      '21:13 steadyState[0].expect ',
      '22:12 steadyState[1].probe did you mean red.latency?',
      '28:62 method[0].inject.latncy did you mean latency?',
      '30:40 method[2].observe.steadyState[0] did you mean red.latncy?',
      '34:18 method[3].parallel[1][1].clear did you mean dead?',
      '38:5 method[7].redrve did you mean redrive?',
      '55:33 variants.without-breaker.policy.braker did you mean breaker?',
      '57:15 variants.without-breaker.because[0] did you mean red.latncy?',
    ]);
  });

  it('hears the field, the rule and the value received', () => {
    const slow = withMethod(
      '  - inject: { kind: network.latency, link: orders->payments, latency: 2h }\n',
    );
    expect(problemOf(slow).message).toBe('latency must be 0s to 10m; received "2h"');
    const bare = withMethod(
      '  - inject: { kind: network.latency, link: orders->payments, latency: 2 }\n',
    );
    expect(problemOf(bare).message).toBe(
      'latency must be a value with a unit, such as 500ms, 10s or 2m; received 2',
    );
    const narrow = withMethod(
      '  - inject: { kind: network.bandwidth, link: orders->payments, rate: 2KB }\n',
    );
    expect(problemOf(narrow).message).toBe(
      'rate must be a value with a unit, such as 10KB/s or 1MB/s; received "2KB"',
    );
  });

  it.each([
    ['an unknown link', '  - inject: { kind: network.latency, link: orders->paymnts }', 'link'],
    [
      'a link and a service',
      '  - inject: { kind: network.reset, link: "*", service: psp }',
      'link',
    ],
    ['a process fault on a link', '  - inject: { kind: process.crash, link: "*" }', 'link'],
    [
      'an instance beyond the most',
      '  - inject: { kind: process.crash, instance: edge-2 }',
      'instance',
    ],
    ['a lease too long', '  - inject: { kind: process.pause, service: psp, for: 2h }', 'for'],
  ])('refuses a fault with %s', (_what, step, field) => {
    const { path } = problemOf(withMethod(`${step}\n`));
    expect(path).toBe(`method[0].inject.${field}`);
  });

  it.each([
    ['scale: { service: loadgen, replicas: 2 }', 'scale.replicas'],
    ['schema: { service: orders, phase: expand }', 'schema.service'],
    ['redrive: orders', 'redrive'],
    ['rebuild: orders', 'rebuild'],
    ['load: {}', 'load'],
    ['load: { mix: { browse: 0 } }', 'load.mix'],
    ['clear: 3', 'clear'],
    ['observe: { for: 100ms }', 'observe.for'],
    ['await: { breaker: orders->payments, state: opn, within: 1s }', 'await.state'],
    ['await: { breaker: orders->kafka, state: open }', 'await.breaker'],
    ['await: { breaker: orders->payments, state: open, within: 1s, for: 2s }', 'await.for'],
    ['policy: { link: orders->kafka, breaker: off }', 'policy.link'],
    ['policy: { service: catalog, idempotency: off }', 'policy.idempotency'],
    ['policy: { service: payments }', 'policy'],
    ['policy: { service: payments, link: orders->payments }', 'policy'],
    ['policy: { link: orders->payments, breaker: maybe }', 'policy.breaker'],
    ['policy: { link: orders->payments, retry: { attempts: 99 } }', 'policy.retry.attempts'],
    ['policy: { flag: no-such-flag, percentage: 10 }', 'policy.flag'],
    ['policy: { flag: choreographed-saga }', 'policy'],
    ['parallel: [[{ clear: all }]]', 'parallel'],
    ['sequence: []', 'sequence'],
    ['dance: {}', 'dance'],
  ])('refuses the step %s', (step, path) => {
    expect(problemOf(withMethod(`  - ${step}\n`)).path).toBe(`method[0].${path}`);
  });

  it('refuses two steps behind one dash', () => {
    const { path, message } = problemOf(withMethod('  - clear: all\n    observe: { for: 1s }\n'));
    expect(path).toBe('method[0].observe');
    expect(message).toContain('clear stands before it');
  });

  it.each([
    ['fails without because', 'with: { expect: fails }', 'variants.with.because'],
    ['holds with because', 'with: { because: [red.errorRatio] }', 'variants.with.because'],
    [
      'breaks what is not there',
      'with: { expect: fails, because: [x] }',
      'variants.with.because[0]',
    ],
    ['has a strange name', 'With It: {}', 'variants.With It'],
    ['claims something else', 'with: { expect: breaks }', 'variants.with.expect'],
  ])('refuses a variant that %s', (_what, variant, path) => {
    expect(problemOf(`${HEAD}${STEADY}${METHOD}variants:\n  ${variant}\n`).path).toBe(path);
  });

  it('refuses an id that is taken, and an invariant or an event that does not exist', () => {
    const text = `${HEAD}${STEADY}  - { id: red.errorRatio, probe: red.rate, service: gateway, expect: "> 1/s" }
${METHOD}invariants: [money-conservd]
sometimes:
  - { event: saga.compensted }
  - { event: saga.compensated, times: 0 }
`;
    expect(problemsOf(text).map(({ path, suggestion }) => [path, suggestion])).toEqual([
      ['steadyState[1].id', null],
      ['invariants[0]', 'did you mean money-conserved?'],
      ['sometimes[0].event', 'did you mean saga.compensated?'],
      ['sometimes[1].times', null],
    ]);
  });

  it('must claim something and do something', () => {
    expect(problemsOf(HEAD).map(({ path }) => path)).toEqual(['method', 'steadyState']);
    expect(problemOf(HEAD + METHOD + 'invariants: nothing\n').path).toBe('invariants');
  });

  it('must bear the name of its file', () => {
    const text = HEAD + STEADY + METHOD;
    expect(parseExperiment(text, { fileName: 'scenarios/experiments/a-claim.yaml' }).ok).toBe(true);
    const answer = parseExperiment(text, { fileName: 'another-claim.yaml' });
    expect(answer).toMatchObject({ ok: false, problems: [{ path: 'metadata.name', line: 3 }] });
  });

  it('of a sweep is found in its field and its values', () => {
    const sweep = (rest: string) => `${HEAD}${STEADY}${METHOD}sweep:
  link: orders->payments
  show: [{ probe: red.latency, service: gateway }]
  ${rest}
`;
    expect(problemOf(sweep('field: retry.attemts\n  values: [1, 2]'))).toMatchObject({
      path: 'sweep.field',
      suggestion: 'did you mean retry.attempts?',
    });
    expect(problemOf(sweep('field: retry.attempts\n  values: [1, 99]')).path).toBe(
      'sweep.values[1]',
    );
  });
});

it('takes other faults, probes and catalogues', () => {
  const temperature: AnyProbeKind = {
    kind: 'temperature',
    title: 'Temperature',
    summary: 'How warm it is.',
    unit: 'count',
    minimumSamples: 0,
    schema: z.strictObject({ probe: z.literal('temperature'), room: z.string() }),
    describe: () => 'temperature',
    windowMs: () => null,
    measure: async () => ({ value: 20, samples: null }),
  };
  const answer = parseExperiment(
    `${HEAD}steadyState:\n  - { probe: temperature, room: kitchen, expect: 18 to 22 }\n${METHOD}`,
    { probes: [temperature], registry: createFaultRegistry([]) },
  );
  expect(answer).toMatchObject({
    ok: true,
    experiment: {
      steadyState: [{ probe: { room: 'kitchen' }, tolerance: { kind: 'range', from: 18, to: 22 } }],
    },
  });
});
