import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createFaultRegistry } from '@faultline/scenarios';
import { parseExperiment } from '@faultline/scenarios/document';
import { describe, expect, it } from 'vitest';

const FOLDER = resolve(import.meta.dirname, '../../scenarios/self-tests');

describe('self-tests of faults', () => {
  it('are one for each kind, each of which it injects and watches', () => {
    const injected = readdirSync(FOLDER).map((fileName) => {
      const parsed = parseExperiment(readFileSync(join(FOLDER, fileName), 'utf8'), { fileName });
      if (!parsed.ok) throw new Error(`${fileName}: ${JSON.stringify(parsed.problems)}`);
      const { method } = parsed.experiment;
      const kinds = method.flatMap((step) => (step.kind === 'inject' ? [step.fault.kind] : []));
      expect(method.map(({ kind }) => kind)).toContain('observe');
      return kinds.find((kind) => fileName === `${kind.replace('.', '-')}.yaml`);
    });
    const kinds = createFaultRegistry().kinds.map(({ kind }) => kind);
    expect(injected.sort()).toEqual(kinds.sort());
  });
});
