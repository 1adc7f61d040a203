import type { Page } from 'playwright-core';
import { runsSchema } from '@faultline/server/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import { BROWSER_REQUIRED, CHROMIUM, SCREENSHOTS, startBrowser, type Browser } from './browser.ts';

/** Generous: what is slow on a busy machine is not wrong. */
const SEEN = { timeout: 60_000 };
/** Longer than both variants of the first experiment may take. */
const RUN = { timeout: 240_000 };
const NAME = 'written-in-the-browser';
/** One letter is wrong; what it does is long enough to be stopped by a person. */
const DRAFT = `apiVersion: faultline/v1
kind: Experiment
metadata: { name: ${NAME}, title: A slow payments service is survived }
load: { rps: 4, warmup: 1s }
steadyState: [{ probe: red.rate, service: gateway, window: 5s, expect: '> 0.1/s' }]
method:
  - inject: { kind: network.latncy, link: orders->payments, latency: 2s, for: 5m }
  - observe: { for: 4m }
`;

let lab: Lab;
let browser: Browser;
let page: Page;

describe.skipIf(CHROMIUM === undefined && !BROWSER_REQUIRED)('the page Experiments', () => {
  beforeAll(async () => {
    lab = await startLab();
    browser = await startBrowser();
    page = browser.page;
    page.setDefaultTimeout(SEEN.timeout);
  }, 240_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('runs a first experiment for somebody who is new, shows it live and says what it came to', async () => {
    await page.goto(lab.url);
    await page.getByRole('link', { name: 'Experiments' }).click();
    await page.getByTestId('run-first').click();
    await page.getByTestId('run-status').waitFor(SEEN);
    await page.locator('[data-testid^=run-step-]').first().waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/experiments-live.png` });
    const verdict = page.getByTestId('run-verdict');
    await verdict.waitFor(RUN);
    await page.screenshot({ path: `${SCREENSHOTS}/experiments-result.png` });
    expect(await verdict.getAttribute('data-as-claimed'), await verdict.innerText()).toBe('true');
    for (const variant of ['with-breaker', 'without-breaker']) {
      await page.getByTestId(`variant-${variant}`).waitFor(SEEN);
    }
    await page.getByTestId('differences').waitFor(SEEN);
    expect(await lab.faults()).toEqual([]);
  }, 300_000);

  it('says while somebody writes what is wrong, and puts it right', async () => {
    await page.goto(`${lab.url}/experiments?view=edit`);
    const text = page.locator('.cm-content');
    await text.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(DRAFT);
    const problem = page.getByTestId('editor-problem').first();
    await problem.getByText('received "network.latncy"').waitFor(SEEN);
    await page.getByTestId('quick-fix').first().click();
    await page.locator('[data-testid=editor-state][data-valid=true]').waitFor(SEEN);
    expect(await text.innerText()).toContain('kind: network.latency,');
    await page.getByTestId('plan-steps').waitFor(SEEN);
    await page.getByTestId('save-experiment').click();
    await page.getByTestId('edit-experiment').waitFor(SEEN);
  });

  it('stops a run with a key, and nothing stays broken', async () => {
    await page.goto(`${lab.url}/experiments?experiment=${NAME}`);
    await page.getByTestId('run-experiment').click();
    await page.getByTestId('run-abort').waitFor(SEEN);
    await until('the fault', async () => (await lab.faults()).length > 0, {
      timeoutMs: SEEN.timeout,
    });
    await page.keyboard.press('Shift+A');
    const verdict = page.getByTestId('run-verdict');
    await verdict.waitFor(RUN);
    expect(await verdict.getAttribute('data-verdict')).toBe('inconclusive');
    expect(await lab.faults()).toEqual([]);
  }, 300_000);

  it('lists what was run, and shows two runs side by side', async () => {
    const { runs } = await lab.get('/api/runs', runsSchema);
    expect(runs.map(({ experiment }) => experiment)).toContain(NAME);
    await page.goto(`${lab.url}/experiments?view=history`);
    for (const { id } of runs.slice(0, 2)) await page.getByLabel(`Compare ${id}`).click();
    await page.getByTestId('compare-runs').getByText('Compare 2').waitFor(SEEN);
    await page.getByTestId('compare-runs').click();
    await page.getByTestId('comparison').waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/experiments-compared.png` });
    expect(browser.complaints).toEqual([]);
  });
});
