import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceRows, KNOWN_DIFFERENCES, type DifferenceId } from './known-differences.ts';
import { createLine } from './line.ts';
import { OBSERVATIONS, replyAfterEnd } from './observations.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const PAGE = new URL('../../../docs/reference/tcp-proxy.md', import.meta.url);
const IDS = Object.keys(KNOWN_DIFFERENCES) as DifferenceId[];

describe('known differences', () => {
  it('are the rows of the reference page, no more and no less', async () => {
    const page = await readFile(PAGE, 'utf8');
    const table = page.slice(page.indexOf('## Differences from Toxiproxy')).split('\n');
    const rows = table.filter((line) => line.startsWith('| ')).slice(2);
    expect(rows).toEqual(differenceRows());
  });

  it('are each shown by an observation', () => {
    expect(Object.keys(OBSERVATIONS).sort()).toEqual([...IDS].sort());
    for (const id of IDS) expect(OBSERVATIONS[id].here).not.toEqual(OBSERVATIONS[id].toxiproxy);
  });
});

describe.each(SUBJECTS)('$title', (kind) => {
  let subject: Subject;

  beforeAll(async () => {
    if (!kind.missing) subject = await kind.start();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });

  it.skipIf(kind.missing).each(IDS)('differs as described: %s', async (id) => {
    const observation = OBSERVATIONS[id];
    expect(await observation.observe(subject, kind)).toEqual(observation[kind.key]);
  });
});

describe('a stand-in with -half-close=false', () => {
  it('closes both ways at the end of one, as Toxiproxy does', async () => {
    await using strict = await SUBJECTS[0]!.start(['-half-close=false']);
    await using line = await createLine(strict);
    expect(await replyAfterEnd(line)).toBe(OBSERVATIONS['half-close'].toxiproxy);
  });
});
