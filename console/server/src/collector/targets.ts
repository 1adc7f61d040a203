import type { ScrapeTargets } from '@faultline/collector/contract';
import type { Fleet } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { CollectorClient } from './client.ts';

/** Tells the collector what to scrape: every service instance that listens. */
export interface ScrapeTargetSync extends Disposable {
  /** Sends the list whether it changed or not: a restarted collector knows nothing. */
  resend(): void;
}

/** Sends the list whenever it changes. */
export function createScrapeTargetSync(
  fleet: Fleet,
  client: CollectorClient,
  log: Logger,
): ScrapeTargetSync {
  let sent = '';
  let sending = false;

  const send = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    try {
      for (let body = targetsOf(fleet); JSON.stringify(body) !== sent; body = targetsOf(fleet)) {
        const text = JSON.stringify(body);
        await client.put('/api/targets', body);
        sent = text;
      }
    } catch (error) {
      // The feed finds the collector again and asks for the list to be sent anew.
      log.debug({ err: error }, 'scrape targets not sent');
    } finally {
      sending = false;
    }
  };

  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind === 'changed') void send();
  });
  return {
    resend() {
      sent = '';
      void send();
    },
    [Symbol.dispose]: unsubscribe,
  };
}

function targetsOf(fleet: Fleet): ScrapeTargets {
  const targets = fleet.status().services.flatMap(({ name, instances }) =>
    instances.flatMap(({ id, state }) => {
      const url = state === 'crashed' || state === 'stopped' ? null : fleet.directUrl(id);
      return url === null
        ? []
        : [{ service: name, instance: id, url: new URL('/metrics', url).href }];
    }),
  );
  return { targets: targets.slice(0, 500) };
}
