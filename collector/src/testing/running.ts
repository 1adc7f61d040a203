import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollector, type Collector, type CollectorOptions } from '../collector.ts';

/** A collector of a test, with its own folder. */
export interface TestCollector extends AsyncDisposable {
  collector: Collector;
  dataDir: string;
  /** GET of a query; the body, whatever the status. */
  get<Body>(path: string): Promise<Body>;
}

/** Starts a collector on free ports with a new folder; both go when the test ends. */
export async function startTestCollector(
  options: Partial<CollectorOptions> = {},
): Promise<TestCollector> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const collector = await createCollector({ ...options, dataDir });
  return {
    collector,
    dataDir,
    get: async <Body>(path: string) =>
      (await (await fetch(collector.httpUrl + path)).json()) as Body,
    async [Symbol.asyncDispose]() {
      await collector.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A new folder for a store. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'faultline-collector-'));
}

/** Asks again until the answer is accepted, 10 s at most. @returns the accepted answer */
export async function eventually<Answer>(
  ask: () => Promise<Answer> | Answer,
  accepted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (accepted(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`still not accepted after 10 s: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
