import { get, type IncomingMessage } from 'node:http';
import { registrySnapshotSchema, type RegistrySnapshot } from '@faultline/chassis/core';
import {
  auditSchema,
  auditVerdictSchema,
  marksSchema,
  policiesSchema,
} from '@faultline/server/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import { BROWSER_REQUIRED, CHROMIUM, SCREENSHOTS, startBrowser, type Browser } from './browser.ts';

const SEEN = { timeout: 60_000 };
const LINK = 'orders->payments';
const CELL = `cell-link/${LINK}/breaker`;

let lab: Lab;
let browser: Browser;
let page: Page;

/** What the instances of orders are told, newest last, each with the moment it came. */
interface Watch extends Disposable {
  told: { at: number; snapshot: RegistrySnapshot }[];
}

function watchRegistry(): Watch {
  const told: Watch['told'] = [];
  const url = `${lab.url}/registry/v1/watch?service=orders&instance=orders-1`;
  const request = get(url, (response: IncomingMessage) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (!block.includes('event: snapshot')) continue;
        const data = /^data: (.*)$/m.exec(block)?.[1] ?? '';
        const snapshot = registrySnapshotSchema.parse(JSON.parse(data));
        told.push({ at: Date.now(), snapshot });
      }
    });
  });
  request.on('error', () => undefined);
  return { told, [Symbol.dispose]: () => request.destroy() };
}

/**
 * Waits until the registry told orders that the breaker is so, and says how long after the change
 * that was, milliseconds: told, not judged, as a busy machine is slow without being wrong.
 */
async function toldBreaker(watch: Watch, enabled: boolean): Promise<number> {
  const seen = await until(`a registry that says breaker ${enabled ? 'on' : 'off'}`, () =>
    watch.told.find(
      ({ snapshot }, index) =>
        index > 0 &&
        snapshot.links.find(({ link }) => link === LINK)?.policy.breaker.enabled === enabled,
    ),
  );
  const { marks } = await lab.get('/api/marks', marksSchema);
  const mark = marks.findLast(({ title }) => title === `${LINK}: breaker.enabled = ${enabled}`);
  return seen.at - (mark?.at ?? Number.NaN);
}

/** Breakers that the instances of orders carry out for the link, as their own metrics tell. */
async function breakerGauges(): Promise<number> {
  const { body } = await lab.send('GET', '/api/services/orders/gauges');
  const { gauges } = body as { gauges: { name: string; labels: Record<string, string> }[] };
  return gauges.filter(
    ({ name, labels }) => name === 'resilience_breaker_state' && labels['link'] === LINK,
  ).length;
}

async function open(path: string): Promise<void> {
  await page.goto(`${lab.url}${path}`);
}

async function policyMarks(): Promise<string[]> {
  const { marks } = await lab.get('/api/marks', marksSchema);
  return marks.filter(({ kind, links }) => kind === 'policy' && links.includes(LINK)).map(titleOf);
}
const titleOf = ({ title }: { title: string }) => title;

describe.skipIf(CHROMIUM === undefined && !BROWSER_REQUIRED)('the page Patterns', () => {
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

  it('shows every service and every link against their patterns', async () => {
    await open('/patterns');
    await page.getByTestId(CELL).waitFor(SEEN);
    const { policies, services } = await lab.get('/api/policies', policiesSchema);
    const cells = [
      ...policies.flatMap(({ policy }) => Object.keys(policy)),
      ...services.flatMap(({ policy }) => Object.keys(policy)),
    ];
    expect(await page.locator('[data-testid^="cell-"][data-state]').count()).toBe(cells.length + 1);
    await page.screenshot({ path: `${SCREENSHOTS}/patterns.png` });
  });

  it('switches a breaker off and on; the service is told at once, without a restart', async ({
    annotate,
  }) => {
    using watch = watchRegistry();
    await until('a first snapshot', () => watch.told.length > 0);
    await until('a breaker in the service', async () => (await breakerGauges()) > 0);
    const before = (await lab.fleet()).services.flatMap(({ instances }) =>
      instances.map(({ id, startedAt }) => `${id} ${startedAt}`),
    );
    await page.getByTestId(CELL).click();
    await page.getByText('Failures cascade').first().waitFor(SEEN);

    await page.getByTestId('pattern-switch').click();
    await annotate(`off: told after ${await toldBreaker(watch, false)} ms`);
    await page.locator(`[data-testid="${CELL}"][data-state="off"][data-changed="true"]`).waitFor();
    await page.getByTestId('pattern-change').filter({ hasText: 'enabled = false' }).waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/patterns-off.png` });

    watch.told.splice(1);
    await page.getByTestId('pattern-switch').click();
    await annotate(`on: told after ${await toldBreaker(watch, true)} ms`);
    await page.locator(`[data-testid="${CELL}"][data-state="on"][data-changed="false"]`).waitFor();
    const after = (await lab.fleet()).services.flatMap(({ instances }) =>
      instances.map(({ id, startedAt }) => `${id} ${startedAt}`),
    );
    expect(after).toEqual(before);
    expect(await policyMarks()).toEqual([
      `${LINK}: breaker.enabled = false`,
      `${LINK}: breaker.enabled = true`,
    ]);
  });

  it('refuses a parameter out of range before it is sent, and applies a good one', async () => {
    await open(`/patterns?at=${encodeURIComponent(`link/${LINK}/retry`)}`);
    const field = page.getByTestId('field-attempts');
    await field.fill('11');
    await page.getByText('1 to 10, whole; got 11').waitFor(SEEN);
    expect(await page.getByTestId('apply').count()).toBe(0);
    await field.fill('5');
    await page.getByTestId('apply').click();
    await page.locator(`[data-testid="cell-link/${LINK}/retry"][data-changed="true"]`).waitFor();
    await page.getByText('3 at launch').waitFor(SEEN);
  });

  it('is put as at launch by stop all, which leaves a line for each in a whole audit trail', async () => {
    await lab.send('PATCH', '/api/policies/services/payments', { idempotency: { enabled: false } });
    await page.getByTestId('reset-all').waitFor(SEEN);
    await page.keyboard.press('Shift+X');
    await page.getByText('as at launch: orders → payments, payments').waitFor(SEEN);
    await page.getByTestId('reset-all').waitFor({ state: 'detached', ...SEEN });
    await page.getByTestId('stop-all').getByText('Release').click();
    const { policies, services } = await lab.get('/api/policies', policiesSchema);
    for (const { policy, initial } of [...policies, ...services]) expect(policy).toEqual(initial);
    expect((await policyMarks()).at(-1)).toBe(`${LINK}: as at launch`);

    const { entries } = await lab.get(
      `/api/audit?target=${encodeURIComponent(LINK)}&action=policy`,
      auditSchema,
    );
    expect(entries.map(({ actor, action, detail }) => [actor, action, detail])).toEqual([
      ['console', 'policy.reset', 'as at launch'],
      ['console', 'policy.patch', '{"retry":{"attempts":5}}'],
      ['console', 'policy.patch', '{"breaker":{"enabled":true}}'],
      ['console', 'policy.patch', '{"breaker":{"enabled":false}}'],
    ]);
    await open('/audit');
    await page.locator('[data-testid="chain-state"][data-whole="true"]').waitFor(SEEN);
    const verdict = await lab.get('/api/audit/verify', auditVerdictSchema);
    expect(verdict).toMatchObject({ whole: true, problem: null });
    await page.screenshot({ path: `${SCREENSHOTS}/audit.png` });
  });

  it('is walked by keys, and keeps what is shown in the URL', async () => {
    await open('/');
    await page.getByTestId('live').waitFor(SEEN);
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.waitForURL('**/patterns**');
    await page.getByTestId(CELL).waitFor(SEEN);
    await page.keyboard.press('j');
    await page.waitForURL(/at=/);
    await page.getByTestId('panel').waitFor(SEEN);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('at='));
    await open('/patterns?find=payments+breaker&changed=1');
    await page.getByText('Nothing was changed').waitFor(SEEN);
    expect(browser.complaints).toEqual([]);
  });
});
