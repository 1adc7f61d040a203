import { Kafka, logLevel } from 'kafkajs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messagePageSchema } from '@faultline/server/contract';
import { startLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import { BROWSER_REQUIRED, CHROMIUM, SCREENSHOTS, startBrowser, type Browser } from './browser.ts';

/** Generous: what is slow on a busy machine is not wrong. */
const SEEN = { timeout: 60_000 };
/** The first dead letter: topic, partition, offset. */
const FIRST = 'orders.events.dlq/0/0';

let lab: Lab;
let browser: Browser;
let page: Page;

/** An order that was confirmed, says its event, but not whose it is: nobody can be told. */
async function publishPoison(orderId: string): Promise<void> {
  const { resources } = await lab.fleet();
  const port = resources.find(({ name }) => name === 'kafka')?.instances[0]?.port;
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const event = {
    ...{ id: `poison-${orderId}`, type: 'order.confirmed', version: 1, occurredAt: Date.now() },
    ...{ key: orderId, correlationId: `request-of-${orderId}`, payload: { orderId } },
  };
  const message = { key: orderId, value: JSON.stringify(event) };
  await producer.send({ topic: 'orders.events', messages: [message] });
  await producer.disconnect();
}

describe.skipIf(CHROMIUM === undefined && !BROWSER_REQUIRED)('the page Events', () => {
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

  it('lists topics with their readers, and opens one with the keyboard', async () => {
    await page.goto(`${lab.url}/events`);
    const row = page.getByTestId('topic-orders.events');
    await row.waitFor(SEEN);
    await row.getByText('notifications').waitFor(SEEN);
    while ((await row.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('group-notifications').waitFor(SEEN);
    await page.getByTestId('lag-chart').waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/events-readers.png` });
    await page.keyboard.press('Escape');
    await row.waitFor(SEEN);
  });

  it('shows a message with headers and value, and leads to its trace', async () => {
    await page.goto(`${lab.url}/events?topic=orders.events&view=messages&type=order.*`);
    await page.locator('[role=listbox] [role=option]').first().waitFor(SEEN);
    const panel = page.getByTestId('panel');
    await until('an open message', async () => {
      await page.keyboard.press('j');
      return panel.getByTestId('message-value').isVisible();
    });
    expect(await panel.getByTestId('message-value').innerText()).toContain('"payload"');
    await panel.getByText('event-type').waitFor(SEEN);
    await panel.getByText('Open its trace').click();
    await page.getByTestId('trace-title').waitFor(SEEN);
  });

  it('shows a dead letter when one appears, sends it again, and the row says so', async () => {
    await page.goto(`${lab.url}/events?topic=orders.events&view=dead`);
    await page.getByText('No dead letters').waitFor(SEEN);
    await publishPoison('order-of-nobody');
    const row = page.getByTestId('message-0:0');
    await row.getByText('UnreadableEventError').waitFor(SEEN);
    // The choice is in the URL, so the box follows a moment later.
    await row.getByRole('checkbox').click();
    await page.getByTestId('redrive-picked').getByText('Send 1 again').waitFor(SEEN);
    await page.getByTestId('redrive-picked').click();
    await page.getByText('This cannot be undone.').waitFor(SEEN);
    await page.getByTestId('redrive-confirm').click();
    await page.getByTestId('redrive-result').getByText('1 sent').waitFor(SEEN);
    await page.getByTestId('redriven-0:0').waitFor(SEEN);
    // Its cause is not gone: it comes back, and says that it was here before.
    // More than one group gave the first one up, so it may be anywhere after those.
    const offset = await until('the dead letter of what was sent again', async () => {
      const path = '/api/topics/orders.events/deadletters';
      const { messages } = await lab.get(path, messagePageSchema);
      return messages.find(({ deadLetter }) => deadLetter?.formerly === FIRST)?.offset;
    });
    await page.getByTestId(`message-0:${offset}`).click(SEEN);
    await page.getByTestId('panel').getByText(FIRST).first().waitFor(SEEN);
    await page.screenshot({ path: `${SCREENSHOTS}/events-dead-letters.png` });
    expect(browser.complaints).toEqual([]);
  });
});
