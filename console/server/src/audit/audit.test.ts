import { createManualClock, createRandom } from '@faultline/chassis/core';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LONGEST_LINE_BYTES } from './lines.ts';
import { AUDIT_FILE, KEPT_ENTRIES, openAuditTrail } from './trail.ts';
import { verifyAudit } from './verify.ts';

let dataDir: string;
let path: string;
const clock = createManualClock(1_700_000_000_000);
const log = pino({ level: 'silent' });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-audit-'));
  path = join(dataDir, AUDIT_FILE);
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Records so many entries, as one life of the lab. */
async function record(count: number, from = 0): Promise<void> {
  await using trail = await openAuditTrail(dataDir, clock, log);
  for (let index = from; index < from + count; index += 1) {
    const target = `orders->payments #${index}`;
    trail.record({ actor: 'ö', action: 'policy.patch', target, detail: '\u001a', outcome: 'done' });
  }
}

const verify = () => verifyAudit(path, { now: 5 });
const lines = async () => (await readFile(path, 'utf8')).trimEnd().split('\n');
const write = (all: readonly string[]) => writeFile(path, `${all.join('\n')}\n`);

describe('a chain', () => {
  it('is whole over many lives of the lab', async () => {
    for (const life of [0, 1, 2]) await record(3, life * 3);
    expect(await verify()).toEqual({
      whole: true,
      entries: 9,
      since: clock.now(),
      until: clock.now(),
      scraps: 0,
      sizeBytes: (await readFile(path)).length,
      checkedAt: 5,
      problem: null,
    });
  });

  it('is whole when it is empty', async () => {
    await record(0);
    expect(await verify()).toMatchObject({ whole: true, entries: 0, since: null });
  });

  it('is broken by any byte that is flipped, whichever it is', async () => {
    await record(3);
    const whole = await readFile(path);
    const random = createRandom(7);
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
      await writeFile(path, bytes);
      const { problem } = await verify();
      expect(problem, `byte ${at} became ${bytes[at]}`).not.toBeNull();
    }
  });

  it.each([
    [
      'a field is changed',
      (all: string[]) => all.with(2, all[2]!.replace('#2', '#9')),
      3,
      'changed',
    ],
    [
      'a field is added',
      (all: string[]) => all.with(2, all[2]!.replace('{', '{"x":1,')),
      3,
      'changed',
    ],
    ['a line is no entry', (all: string[]) => all.with(2, 'nonsense'), 3, 'changed'],
    ['the last line is no entry', (all: string[]) => all.with(5, 'nonsense'), 6, 'changed'],
    ['a line is dropped', (all: string[]) => all.toSpliced(2, 1), 3, 'missing'],
    ['the first line is dropped', (all: string[]) => all.slice(1), 1, 'missing'],
    ['two lines are swapped', (all: string[]) => swap(all, 2, 3), 3, 'reordered'],
    ['two distant lines are swapped', (all: string[]) => swap(all, 1, 4), 2, 'reordered'],
    ['a line stands twice', (all: string[]) => all.toSpliced(2, 0, all[1]!), 3, 'reordered'],
    ['an empty line stands before the end', (all: string[]) => [...all, ''], 7, 'changed'],
  ])('is broken where %s', async (_, change, line, what) => {
    await record(6);
    await write(change(await lines()));
    const verdict = await verify();
    expect(verdict).toMatchObject({ whole: false, entries: line - 1, problem: { line, what } });
    expect(verdict.problem?.detail).toContain(String(line));
  });

  it('is broken by an entry that was rewritten with a good digest of its own', async () => {
    await record(3);
    const before = await lines();
    await rm(path);
    await record(1);
    await record(1, 100);
    const forged = (await lines())[1]!;
    await write(before.with(1, forged));
    expect(await verify()).toMatchObject({ problem: { line: 3, what: 'missing' } });
  });

  it('tells that newest lines are missing to who knows what was written last', async () => {
    await record(3);
    const all = await lines();
    const head = (JSON.parse(all[2]!) as { hash: string }).hash;
    expect(await verifyAudit(path, { now: 5, head })).toMatchObject({ whole: true });
    await write(all.slice(0, 2));
    expect(await verifyAudit(path, { now: 5, head })).toMatchObject({
      problem: { line: 3, what: 'missing' },
    });
    expect(await verify()).toMatchObject({ whole: true, entries: 2 });
  });

  it('is read without ever holding a line that has no end', async () => {
    await record(1);
    await appendFile(path, 'x'.repeat(5 * LONGEST_LINE_BYTES));
    expect(await verify()).toMatchObject({ entries: 1, problem: { line: 2, what: 'truncated' } });
  });
});

describe('a crash', () => {
  it('that cuts a line, at whatever byte, is told, survived and goes on as a whole chain', async () => {
    await record(2);
    const whole = await readFile(path);
    const last = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let end = last; end <= whole.length; end += 1) {
      await writeFile(path, whole.subarray(0, end));
      const before = await verify();
      const cut = end > last && end < whole.length - 1;
      expect(before.problem?.what, `cut at ${end}`).toBe(cut ? 'truncated' : undefined);
      await record(2, 50);
      const after = await verify();
      expect(after, `cut at ${end}`).toMatchObject({ whole: true, scraps: cut ? 1 : 0 });
      const actions = (await lines()).map((line) => /"action":"([^"]*)"/.exec(line)?.[1]);
      expect(actions.includes('audit.continued'), `cut at ${end}`).toBe(cut);
    }
  });
});

describe('the trail', () => {
  it('is asked by actor, action, target and text, newest first', async () => {
    await using trail = await openAuditTrail(dataDir, clock, log);
    const entry = { actor: 'api', detail: '', outcome: 'done' } as const;
    trail.record({ ...entry, action: 'policy.patch', target: 'payments', detail: 'Breaker off' });
    trail.record({ ...entry, action: 'policy.reset', target: '*', actor: 'console' });
    trail.record({ ...entry, action: 'policyholder.x', target: 'payments' });
    const targets = (filter: object) =>
      trail.newest({ limit: 10, ...filter }).map(({ line }) => line);
    expect(targets({})).toEqual([3, 2, 1]);
    expect(targets({ actor: 'console' })).toEqual([2]);
    expect(targets({ action: 'policy' })).toEqual([2, 1]);
    expect(targets({ action: 'policy.patch' })).toEqual([1]);
    expect(targets({ target: 'payments' })).toEqual([3, 1]);
    expect(targets({ q: 'breaker' })).toEqual([1]);
    expect(trail.newest({ limit: 1 }).map(({ line }) => line)).toEqual([3]);
    expect(await trail.verify()).toMatchObject({ whole: true, entries: 3 });
  });

  it('keeps the newest in memory and all of them in the file', async () => {
    await record(KEPT_ENTRIES + 20);
    await using trail = await openAuditTrail(dataDir, clock, log);
    const rows = trail.newest({ limit: KEPT_ENTRIES * 2 });
    expect(rows).toHaveLength(KEPT_ENTRIES);
    expect(rows[0]).toMatchObject({ line: KEPT_ENTRIES + 20 });
    expect(await trail.verify()).toMatchObject({ whole: true, entries: KEPT_ENTRIES + 20 });
  });

  it('loses nothing of what is recorded while it writes', async () => {
    await using trail = await openAuditTrail(dataDir, clock, log);
    for (let round = 0; round < 200; round += 1) {
      for (const target of ['a', 'b']) {
        trail.record({ actor: 'x', action: 'y', target, detail: '', outcome: 'done' });
      }
      if (round % 3 > 0) await setImmediate();
    }
    expect(await trail.verify()).toMatchObject({ whole: true, entries: 400 });
  });

  it('notices while it runs that somebody took away its newest lines', async () => {
    await using trail = await openAuditTrail(dataDir, clock, log);
    const entry = { actor: 'api', action: 'x', target: 'y', detail: '', outcome: 'done' } as const;
    trail.record(entry);
    trail.record(entry);
    await trail.verify();
    await write((await lines()).slice(0, 1));
    expect(await trail.verify()).toMatchObject({ whole: false, problem: { what: 'missing' } });
  });
});

function swap(all: string[], a: number, b: number): string[] {
  return all.with(a, all[b]!).with(b, all[a]!);
}
