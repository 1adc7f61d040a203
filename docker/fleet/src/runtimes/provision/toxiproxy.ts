import type { Clock } from '@faultline/chassis/core';
import { patiently } from './patiently.ts';

/** Longest wait for one answer, milliseconds. */
const ANSWER_MS = 1000;

/** Waits until the proxy server's API answers. The fleet makes the proxies. */
export function awaitToxiproxy(
  address: { host: string; port: number },
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  return patiently(
    async () => {
      const response = await fetch(`http://${address.host}:${address.port}/version`, {
        signal: AbortSignal.any([gone, AbortSignal.timeout(ANSWER_MS)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`/version answered ${response.status}`);
    },
    clock,
    gone,
  );
}
