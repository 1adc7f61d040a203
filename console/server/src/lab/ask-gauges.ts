import type { Fleet } from '@faultline/fleet';
import type { Gauge } from '../contract/index.ts';
import { readGauges } from './gauges.ts';

/** Longest time an instance may take to tell its metrics, milliseconds. */
const TIMEOUT_MS = 1000;
/** Longest text of metrics that is read. */
const MAXIMUM_BYTES = 1024 * 1024;

/** What the patterns of an instance do now; null when it does not tell. */
export async function askGauges(
  fleet: Fleet,
  instance: string,
  signal: AbortSignal,
): Promise<Gauge[] | null> {
  const url = fleet.directUrl(instance);
  if (url === null) return null;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(new URL('/metrics', url), { signal: within });
    if (!response.ok || !response.body) return null;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAXIMUM_BYTES) return null;
      chunks.push(chunk);
    }
    return readGauges(instance, Buffer.concat(chunks).toString('utf8'));
  } catch {
    // Down, paused or on its way: the answer names it as silent.
    return null;
  }
}
