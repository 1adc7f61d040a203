import { problemSchema, SECRET_KINDS } from '@faultline/chassis/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditSchema, secretsSchema } from '../contract/index.ts';
import { startPlane, type TestPlane } from '../testing/plane.ts';

let lab: TestPlane;
beforeAll(async () => {
  lab = await startPlane();
});
afterAll(() => lab[Symbol.asyncDispose]());

const rotate = (body: unknown) => lab.call('POST', '/api/secrets/rotate', body);
const audit = async () => auditSchema.parse((await lab.call('GET', '/api/audit')).body).entries;

test.each(SECRET_KINDS)('%s are replaced, which is written down and can be seen', async (what) => {
  const at = async () =>
    secretsSchema
      .parse((await lab.call('GET', '/api/secrets')).body)
      .secrets.find((view) => view.what === what)?.rotatedAt;
  expect(await at()).toBeNull();
  const { status, body } = await rotate({ what });
  expect([status, secretsSchema.parse(body).secrets.length]).toEqual([200, SECRET_KINDS.length]);
  expect(await at()).toBeTypeOf('number');
  expect((await audit())[0]).toMatchObject({
    ...{ action: 'secret.rotate', target: what, detail: '', outcome: 'done' },
  });
});

test('what is no kind of secret is refused', async () => {
  for (const body of [{ what: 'everything' }, {}, { what: 'database', value: 'mine' }]) {
    expect((await rotate(body)).status).toBe(400);
  }
});

test('a fleet that does not run has no secrets to replace', async () => {
  lab.fleet.setPhase('stopped');
  const { status, body } = await rotate({ what: 'database' });
  expect([status, problemSchema.parse(body).code]).toEqual([409, 'not-running']);
  expect((await audit())[0]).toMatchObject({ target: 'database', outcome: 'refused' });
});
