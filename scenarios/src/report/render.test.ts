import { describe, expect, it } from 'vitest';
import { runViewSchema } from '../journal/view.ts';
import { changeEntries, withEveryText } from '../testing/changed-journal.ts';
import { sampleJournal } from '../testing/sample-journal.ts';
import { renderReport, renderSuite, REPORT_FORMATS } from './render.ts';
import { elementsOf } from '../testing/xml-elements.ts';

const HOSTILE = `</title><script>alert('x')</script> " ' & ]]> \u0000\u001b\ud800 | \`x\` @someone`;
const journal = sampleJournal();
const hostile = withEveryText(journal, HOSTILE);

describe('a report', () => {
  it('is made of any beginning of a journal, in every format', () => {
    for (const length of [1, 2, 40, 200, journal.length - 1]) {
      for (const format of REPORT_FORMATS) {
        expect(renderReport(format, journal.slice(0, length)).length).toBeGreaterThan(100);
      }
    }
  });

  it('of JSON holds the view and the whole journal', () => {
    const report = JSON.parse(renderReport('json', journal)) as Record<string, unknown>;
    expect(report.journal).toEqual(journal);
    expect(runViewSchema.parse(report.view).outcome?.exitCode).toBe(0);
  });

  it('throws for a journal without a beginning', () => {
    expect(() => renderReport('md', journal.slice(1))).toThrow(/run-started/);
  });
});

describe('a report as HTML', () => {
  const page = renderReport('html', journal);

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=|\son[a-z]+=/i);
    expect(page).not.toMatch(/https?:/);
    expect(page).toContain("default-src 'none'");
  });

  it('shows verdicts, reasons, differences, sums and the plan', () => {
    for (const text of [
      'As claimed',
      'Fails, as claimed',
      'the breaker opened after 6.2 s',
      '20.3 times as long',
      '1,204.00 − 96.00 = 1,108.00',
      'not open within 10 s',
      'apiVersion: faultline/v1',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('draws both variants on one axis, with the faults behind them', () => {
    expect(page.match(/<path d="M[\d. ]+L/g)).toHaveLength(4);
    expect(page.match(/fill="var\(--fault-soft\)"/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('knows dark and light', () => {
    expect(page).toContain('@media (prefers-color-scheme:light)');
  });

  it('lets no text become markup', () => {
    const report = renderReport('html', hostile);
    expect(report).not.toContain('<script');
    expect(report).not.toMatch(/title>[^<]*<\/title><script/);
    expect(report.match(/<\/title>/g)?.length).toBe(report.match(/<title>/g)?.length);
    expect(report).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(report).not.toMatch(/[\u0000\u001b]/);
  });
});

describe('a report as Markdown', () => {
  it('is short and says why', () => {
    const text = renderReport('md', journal);
    expect(text.length).toBeLessThan(4000);
    expect(text).toContain('| without-breaker | fails | Fails, as claimed |');
    expect(text).toContain('All 8 checks of invariants hold.');
  });

  it('lists violations', () => {
    const broken = changeEntries(journal, 'invariant', ({ name }) =>
      name === 'no-double-effect'
        ? {
            holds: false,
            evidence: '1 order charged twice',
            violations: [{ subject: 'o-7', detail: 'charged 2 times' }],
          }
        : {},
    );
    expect(renderReport('md', broken)).toContain(
      '- **Nothing happens twice** is broken in with-breaker: 1 order charged twice\n  - o-7: charged 2 times',
    );
  });

  it('lets no text become markup, a mention or a cell', () => {
    const text = renderReport('md', hostile);
    expect(text).not.toMatch(/(?<!\\)<script/);
    expect(text).not.toMatch(/(?<!\\)@someone/);
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).length);
    expect(cells.slice(0, 3)).toEqual([6, 6, 6]);
  });
});

describe('a report as JUnit XML', () => {
  const caseOf = (changes: object) => {
    const [, second] = elementsOf(
      renderReport(
        'xml',
        changeEntries(journal, 'variant-ended', () => changes),
      ),
    ).filter(({ name }) => name === 'testcase');
    return second;
  };

  it('has a suite an experiment and a case a variant, in seconds', () => {
    const elements = elementsOf(renderReport('xml', journal));
    expect(elements.find(({ name }) => name === 'testsuite')?.attributes).toMatchObject({
      name: 'payments-latency-opens-breaker',
      tests: '2',
      failures: '0',
      errors: '0',
      timestamp: '2026-09-14T21:35:00',
    });
    const cases = elements.filter(({ name }) => name === 'testcase');
    expect(cases.map(({ attributes }) => attributes)).toEqual([
      { name: 'with-breaker', classname: 'payments-latency-opens-breaker', time: '77.490' },
      { name: 'without-breaker', classname: 'payments-latency-opens-breaker', time: '92.810' },
    ]);
  });

  it('calls a variant that did not show its claim a failure', () => {
    const changes = { asClaimed: false, exitCode: 1, verdict: 'holds', reasons: ['all held'] };
    expect(caseOf(changes)?.children[0]).toMatchObject({
      name: 'failure',
      text: 'all held',
      attributes: { type: 'not-as-claimed', message: 'Holds, against the claim: all held' },
    });
  });

  it('calls an inconclusive variant and a fault of the lab errors', () => {
    const inconclusive = { asClaimed: false, exitCode: 2, verdict: 'inconclusive', reasons: [] };
    expect(caseOf(inconclusive)?.children[0]).toMatchObject({
      name: 'error',
      attributes: { type: 'inconclusive' },
    });
    expect(caseOf({ ...inconclusive, exitCode: 70 })?.children[0]).toMatchObject({
      name: 'error',
      attributes: { type: 'lab-fault' },
    });
  });

  it('calls a variant that was not run skipped', () => {
    const elements = elementsOf(renderReport('xml', journal.slice(0, 10)));
    expect(elements.filter(({ name }) => name === 'skipped')).toHaveLength(2);
  });

  it('is well formed whatever the texts hold', () => {
    const elements = elementsOf(renderReport('xml', hostile));
    expect(elements[0]?.name).toBe('testsuites');
    expect(elements.find(({ name }) => name === 'testsuite')?.attributes.name).toContain(
      `</title><script>alert('x')`,
    );
  });

  it('counts over a whole suite', () => {
    const failed = changeEntries(journal, 'variant-ended', () => ({
      asClaimed: false,
      exitCode: 1,
      verdict: 'fails',
    }));
    const [root, ...rest] = elementsOf(renderSuite('xml', [journal, failed]));
    expect(root?.attributes).toMatchObject({ tests: '4', failures: '2' });
    expect(rest.filter(({ name }) => name === 'testsuite')).toHaveLength(2);
  });
});

describe('a report of several runs', () => {
  it('tells how many were as claimed, in every format', () => {
    const failed = changeEntries(journal, 'run-ended', () => ({ asClaimed: false, exitCode: 1 }));
    const runs = [journal, failed];
    expect(renderSuite('md', runs)).toContain('## 1 of 2 experiments as claimed');
    expect(renderSuite('html', runs)).toContain('1 of 2 experiments as claimed');
    expect(JSON.parse(renderSuite('json', runs))).toMatchObject({ runs: [{}, {}] });
  });
});
