import { get, Agent } from 'node:http';
import { registrySnapshotSchema, type Endpoint } from '@faultline/chassis/core';
import { faultSchema } from '@faultline/server/contract';

/** Milliseconds from asking to seeing it on the wire. */
export interface FaultLag {
  /** From asking for the fault to the first byte that it touches. */
  affectedMs: number;
  /** From asking for its end to the first byte that is normal again. */
  normalMs: number;
}

const LINK = 'orders->payments';
const LATENCY_MS = 200;
/** Without the fault an exchange takes a few milliseconds, with it 200 or more. */
const TELLING_MS = 120;
const TICK_MS = 3;
const LONGEST_WAIT_MS = 10_000;

/** One exchange with the callee through the proxy of the link. */
interface Probe {
  sentAt: number;
  answeredAt: number;
}

/**
 * Breaks the link and mends it, `count` times, while probes go through its proxy every 3 ms, each on
 * a connection that is free, so that none waits behind another. Both lags count from the moment
 * before the request to the control plane was sent; they are exact to one tick.
 */
export async function measureFaultLags(url: string, count: number): Promise<FaultLag[]> {
  const { host, port } = await endpointOf(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let probes: Probe[] = [];
  /** When those were sent that are not answered yet. */
  const underWay = new Set<number>();
  const ticking = setInterval(() => {
    const sentAt = performance.now();
    underWay.add(sentAt);
    get({ host, port, path: '/health', agent }, (response) => {
      probes.push({ sentAt, answeredAt: performance.now() });
      response.resume();
    })
      .on('error', () => undefined)
      .on('close', () => underWay.delete(sentAt));
  }, TICK_MS);
  const lags: FaultLag[] = [];
  try {
    for (let round = 0; round < count; round += 1) {
      const calmFrom = performance.now();
      // What the fault before still holds back must not be taken for this one's work.
      await seen(() => probes.length > 20 && ![...underWay].some((sentAt) => sentAt < calmFrom));
      probes = [];
      lags.push(await breakAndMend(url, () => probes));
    }
  } finally {
    clearInterval(ticking);
    agent.destroy();
  }
  return lags;
}

async function breakAndMend(url: string, probes: () => readonly Probe[]): Promise<FaultLag> {
  const brokenAt = performance.now();
  const id = await breakLink(url);
  // An answer that the fault held back came to the proxy so much earlier.
  const touchedAt = () =>
    probes()
      .filter(isSlow)
      .map(({ answeredAt }) => answeredAt - LATENCY_MS)
      .filter((at) => at >= brokenAt);
  await seen(() => touchedAt().length > 0);
  const affectedMs = Math.min(...touchedAt()) - brokenAt;

  const mendedAt = performance.now();
  await mend(url, id);
  const isNormal = (probe: Probe) => probe.sentAt >= mendedAt && !isSlow(probe);
  await seen(() => probes().some(isNormal));
  const answered = probes()
    .filter(isNormal)
    .map(({ answeredAt }) => answeredAt);
  return { affectedMs, normalMs: Math.min(...answered) - mendedAt };
}

function isSlow({ sentAt, answeredAt }: Probe): boolean {
  return answeredAt - sentAt > TELLING_MS;
}

async function seen(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_WAIT_MS;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`${LINK}: the probes saw no change in 10 s`);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

async function breakLink(url: string): Promise<string> {
  const response = await fetch(`${url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'network.latency',
      link: LINK,
      latencyMs: LATENCY_MS,
      ttlSeconds: 60,
    }),
  });
  if (response.status !== 201) throw new Error(`status: 201, received ${response.status}`);
  return faultSchema.parse(await response.json()).id;
}

async function mend(url: string, id: string): Promise<void> {
  const response = await fetch(`${url}/api/faults/${id}`, { method: 'DELETE' });
  if (response.status !== 204) throw new Error(`status: 204, received ${response.status}`);
}

/** Where callers of the link connect: the first snapshot of the registry's watch says it. */
async function endpointOf(url: string): Promise<Endpoint> {
  const watching = new AbortController();
  const path = `/registry/v1/watch?service=${LINK.split('->')[0]}`;
  const response = await fetch(url + path, { signal: watching.signal });
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      const data = /^data: (.*)\n/m.exec(text)?.[1];
      if (data === undefined) continue;
      const { links } = registrySnapshotSchema.parse(JSON.parse(data));
      const endpoint = links.find(({ link }) => link === LINK)?.endpoints[0];
      if (endpoint) return endpoint;
    }
  } finally {
    watching.abort();
  }
  throw new Error(`the registry knows no endpoint of ${LINK}`);
}
