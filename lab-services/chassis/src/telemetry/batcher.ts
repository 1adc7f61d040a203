import { context } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing, type ExportResult } from '@opentelemetry/core';

/** What an OTLP exporter is to a {@link Batcher}. */
export interface Exporter<Item> {
  export(items: Item[], done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

/** A bounded queue in front of an exporter. Never blocks, never throws; what it drops it counts. */
export interface Batcher<Item> {
  add(item: Item): void;
  /** Sends what is queued, `timeoutMs` at most. */
  flush(timeoutMs: number): Promise<void>;
  /** Flushes and closes the exporter. */
  close(timeoutMs: number): Promise<void>;
}

export interface BatcherOptions {
  /** Longest time an item waits for company, milliseconds. */
  delayMs: number;
  /** Items waiting at most; more are dropped. */
  queueSize: number;
  batchSize: number;
  /** Told how many items were lost, and why. */
  dropped(count: number, reason: 'queue-full' | 'export-failed'): void;
}

/** Creates a {@link Batcher}: one export at a time, so a slow collector costs queue, not memory. */
export function createBatcher<Item>(
  exporter: Exporter<Item>,
  options: BatcherOptions,
): Batcher<Item> {
  let queue: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let exporting: Promise<void> | undefined;
  let closed = false;

  function schedule(): void {
    if (timer || exporting || queue.length === 0) return;
    const delayMs = queue.length >= options.batchSize ? 0 : options.delayMs;
    timer = setTimeout(() => void exportOnce(), delayMs);
    timer.unref();
  }

  async function exportOnce(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = queue.slice(0, options.batchSize);
    queue = queue.slice(options.batchSize);
    exporting = send(batch);
    await exporting;
    exporting = undefined;
    schedule();
  }

  function send(batch: Item[]): Promise<void> {
    return new Promise((resolve) => {
      const done = (result: ExportResult) => {
        if (result.code !== ExportResultCode.SUCCESS)
          options.dropped(batch.length, 'export-failed');
        resolve();
      };
      try {
        context.with(suppressTracing(context.active()), () => exporter.export(batch, done));
      } catch {
        done({ code: ExportResultCode.FAILED });
      }
    });
  }

  async function drain(): Promise<void> {
    while (exporting ?? queue.length > 0) await (exporting ?? exportOnce());
  }

  const batcher: Batcher<Item> = {
    add(item) {
      if (closed || queue.length >= options.queueSize) {
        options.dropped(1, 'queue-full');
        return;
      }
      queue.push(item);
      schedule();
    },
    flush: (timeoutMs) => within(drain(), timeoutMs),
    async close(timeoutMs) {
      closed = true;
      await batcher.flush(timeoutMs);
      await within(exporter.shutdown(), timeoutMs);
    },
  };
  return batcher;
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
