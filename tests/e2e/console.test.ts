import { tracePageSchema } from '@faultline/collector/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import { BROWSER_REQUIRED, CHROMIUM, SCREENSHOTS, startBrowser, type Browser } from './browser.ts';

/** Generous: what is slow on a busy machine is not wrong. Speed is measured elsewhere. */
const SEEN = { timeout: 60_000 };
/** A fleet in containers that starts cold beside a browser fails calls for half a minute on two cores. */
const HEALED_MS = 90_000;
vi.setConfig({ testTimeout: 300_000 });

let lab: Lab;
let browser: Browser;
let page: Page;

/** Text of a number on a node of the map, for instance its error ratio. */
async function labelOf(testId: string): Promise<string> {
  return (await page.getByTestId(testId).getAttribute('aria-label')) ?? '';
}

function errorsIn(label: string): number {
  const match = /([\d.<>]+) % errors/.exec(label);
  return Number(match?.[1]?.replace(/[<>]/, '') ?? 0);
}

async function open(path: string): Promise<void> {
  await page.goto(`${lab.url}${path}`);
}

async function compensatedSagas(): Promise<number> {
  const text = await page.getByTestId('sagas-compensated').innerText();
  return Number(/\n([\d,]+)/.exec(text)?.[1]?.replace(/,/g, '') ?? 0);
}

async function breakLine(link: string, kind: string, set?: () => Promise<void>): Promise<void> {
  await open('/');
  await page.getByTestId(`edge-${link}`).click();
  await page.getByTestId(`kind-${kind}`).click();
  await set?.();
  await page.getByTestId('break').click();
  await page.getByTestId(`fault-on-${link}`).waitFor(SEEN);
}

async function healed(link: string): Promise<void> {
  await open('/');
  await page.getByTestId(`breaker-${link}`).waitFor({ state: 'detached', timeout: HEALED_MS });
  await lab.settle();
  await open('/invariants');
  await page.getByTestId('invariant-money-conserved').waitFor(SEEN);
  expect(await page.getByLabel('broken').count()).toBe(0);
  await lab.send('PUT', '/api/load', { enabled: true });
  await open('/');
  await until('orders without errors', async () => errorsIn(await labelOf('node-orders')) === 0, {
    timeoutMs: HEALED_MS,
  });
}

describe.skipIf(CHROMIUM === undefined && !BROWSER_REQUIRED)('the console in a browser', () => {
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

  it('shows the whole fleet with traffic on the map', async () => {
    await open('/');
    for (const service of ['gateway', 'catalog', 'orders', 'inventory', 'payments', 'shipping']) {
      await page.getByTestId(`node-${service}`).waitFor(SEEN);
      await until(`traffic at ${service}`, async () => {
        const rate = /([\d.]+) requests per second/.exec(await labelOf(`node-${service}`));
        return Number(rate?.[1]) > 0;
      });
    }
    await page.screenshot({ path: `${SCREENSHOTS}/map.png` });
  });

  it('opens the breaker on screen when orders->payments becomes 2 s slow, and heals', async () => {
    await open('/sagas');
    await page.getByTestId('sagas-compensated').waitFor(SEEN);
    const before = await compensatedSagas();

    const brokenAt = Date.now();
    await breakLine('orders->payments', 'network.latency');
    await page.locator('[data-testid="breaker-orders->payments"][data-state="open"]').waitFor(SEEN);
    await until(
      'errors of orders on the map',
      async () => errorsIn(await labelOf('node-orders')) > 5,
    );
    await page.screenshot({ path: `${SCREENSHOTS}/map-latency.png` });

    await open('/sagas?state=compensated');
    await until('compensated sagas', async () => (await compensatedSagas()) > before);

    // Requests of a fleet that warms up fail slowly, too, and spans arrive later than sagas do.
    const slow = 'link=orders-%3Epayments&minMs=900&status=error';
    await until('a slow failure since the line broke', async () => {
      const since = `/api/traces?${slow}&from=${brokenAt}`;
      return (await lab.get(since, tracePageSchema)).traces.length > 0;
    });
    await open(`/traces?${slow}`);
    await page.getByTestId('open-trace').first().click(SEEN);
    await page.getByTestId('trace-title').waitFor(SEEN);
    await page.getByText('We did this').waitFor(SEEN);
    await page.getByTestId('span-row').filter({ hasText: 'payments' }).first().waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/trace-latency.png` });

    await open('/?edge=orders-%3Epayments');
    await page.getByTestId('panel').getByRole('button', { name: 'Clear' }).first().click(SEEN);
    await page.getByTestId('fault-on-orders->payments').waitFor({ state: 'detached', ...SEEN });
    await healed('orders->payments');
  });

  it('shows a partition of orders->inventory, and stop all heals it', async () => {
    await breakLine('orders->inventory', 'network.partition');
    await page.locator('[data-testid="breaker-orders->inventory"]').waitFor(SEEN);
    await page.keyboard.press('Shift+X');
    await page.getByTestId('fault-on-orders->inventory').waitFor({ state: 'detached', ...SEEN });
    await page.getByTestId('stop-all').getByText('Release').click();
    await healed('orders->inventory');
  });

  it('shows a crash of payments for as long as it lasts, and its return', async () => {
    await open('/?node=payments');
    const instance = (id: string) => page.getByTestId(`instance-${id}`);
    await instance('payments-2').getByLabel('ready').waitFor(SEEN);
    const killed = await lab.send('POST', '/api/fleet/instances/payments-2/kill', {});
    expect(killed.status).toBeLessThan(300);
    await lab.breakWith({ kind: 'process.crash', instance: 'payments-1', stayDown: true });
    await instance('payments-1').getByLabel('crashed').waitFor(SEEN);
    await page.getByTestId('node-payments').getByLabel('payments-1: crashed').waitFor(SEEN);
    await instance('payments-2').getByText('1 restart').waitFor(SEEN);
    await page.keyboard.press('Shift+X');
    await instance('payments-1').getByLabel('ready').waitFor(SEEN);
    await page.getByTestId('stop-all').getByText('Release').click();
    await healed('orders->payments');
  });

  it('is driven by the keyboard, and keeps what is shown in the URL', async () => {
    await open('/');
    await page.getByTestId('node-orders').waitFor(SEEN);
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/traces**');
    await page.keyboard.press('?');
    await page.getByText('Stop all faults').first().waitFor(SEEN);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').or(page.getByRole('combobox')).first().waitFor(SEEN);
    await page.keyboard.press('Escape');
  });

  it('asks for nothing that is missing and logs no error on any page', async () => {
    browser.complaints.length = 0;
    for (const path of [
      '/',
      '/traces',
      '/logs',
      '/sagas',
      '/breakers',
      '/events',
      '/faults',
      '/patterns',
      '/invariants',
      '/fleet',
      '/audit',
    ]) {
      await open(path);
      await page.getByTestId('live').waitFor(SEEN);
    }
    expect(browser.complaints).toEqual([]);
  });
});
