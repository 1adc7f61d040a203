import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env.FAULTLINE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a Chromium on this machine; undefined when there is none. */
export const CHROMIUM = CANDIDATES.find((path) => path !== undefined && existsSync(path));

/** Whether a missing Chromium fails the browser tests in place of skipping them. */
export const BROWSER_REQUIRED = (process.env.FAULTLINE_REQUIRE ?? '')
  .split(',')
  .includes('browser');

/** Screenshots of a run, for people; the folder is not part of the repository. */
export const SCREENSHOTS = resolve(import.meta.dirname, '../../.faultline/screenshots');

/** A browser with a fresh profile; disposing it leaves no process and no profile behind. */
export interface Browser extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  /** What the pages complained about: errors on the console and failed requests. */
  complaints: string[];
}

/** Starts a headless Chromium of 1440 x 900. */
export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) {
    throw new Error(
      `no Chromium found at ${CANDIDATES.slice(1).join(', ')}; set FAULTLINE_CHROMIUM`,
    );
  }
  const profile = await mkdtemp(join(tmpdir(), 'faultline-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await mkdir(SCREENSHOTS, { recursive: true });
  return {
    context,
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
