import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { FAULT_KINDS } from '../faults/registry.ts';
import { PROBES } from '../probes/registry.ts';
import { experimentJsonSchema } from './json-schema.ts';

const FILE = resolve(import.meta.dirname, '../../experiment.schema.json');

it('scenarios/experiment.schema.json is what the schemas say (write it with vitest -u)', async () => {
  const text = `${JSON.stringify(experimentJsonSchema(), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(FILE);
});

it('knows every kind of fault, every probe and every link', () => {
  const text = JSON.stringify(experimentJsonSchema());
  for (const { kind } of [...FAULT_KINDS, ...PROBES]) expect(text).toContain(`"const":"${kind}"`);
  expect(text).toContain('"orders->payments"');
});
