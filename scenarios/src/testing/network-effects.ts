/** What a caller sees under one kind of fault with the given fields. */
export interface NetworkEffect {
  fields: object;
  sees: (asked: { outcome: string; tookMs: number }) => boolean;
}

/** Every kind of network fault with its effect on a line of 200 bytes. */
export const NETWORK_EFFECTS: Readonly<Record<string, NetworkEffect>> = {
  'network.latency': {
    fields: { latencyMs: 150 },
    sees: ({ outcome, tookMs }) => outcome === 'echo' && tookMs >= 145,
  },
  'network.bandwidth': { fields: { rateKBs: 0 }, sees: ({ outcome }) => outcome === 'silence' },
  'network.slow-close': { fields: { delayMs: 100 }, sees: ({ outcome }) => outcome === 'echo' },
  'network.timeout': { fields: {}, sees: ({ outcome }) => outcome === 'silence' },
  'network.reset': { fields: {}, sees: ({ outcome }) => outcome === 'ECONNRESET' },
  'network.slicer': {
    fields: { averageSizeBytes: 20, delayUs: 5000 },
    sees: ({ outcome, tookMs }) => outcome === 'echo' && tookMs >= 30,
  },
  'network.limit-data': {
    fields: { bytes: 50 },
    sees: ({ outcome }) => outcome === 'closed after 50',
  },
  'network.refuse': { fields: {}, sees: ({ outcome }) => outcome === 'ECONNREFUSED' },
  'network.partition': { fields: {}, sees: ({ outcome }) => outcome === 'silence' },
  'network.flapping': {
    fields: { effect: 'refuse', onMs: 20_000 },
    sees: ({ outcome }) => outcome === 'ECONNREFUSED',
  },
};
