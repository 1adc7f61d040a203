import type { Bench } from './row.ts';

/** Every bench, in the order in which they run; each is loaded when its turn comes. */
export const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  'tcp-proxy': async () => (await import('./tcp-proxy.ts')).tcpProxyBench,
  'kafka-broker': async () => (await import('./kafka-broker.ts')).kafkaBrokerBench,
  chassis: async () => (await import('./chassis.ts')).chassisBench,
  collector: async () => (await import('./collector.ts')).collectorBench,
  lab: async () => (await import('./lab.ts')).labBench,
  steady: async () => (await import('./steady.ts')).steadyBench,
  console: async () => (await import('./console.ts')).consoleBench,
};
