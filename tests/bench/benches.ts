import type { Bench } from './row.ts';

/** Every bench, in the order in which they run; each is loaded when its turn comes. */
export const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  'tcp-proxy': () => loadFrom('./tcp-proxy.ts', 'tcpProxyBench'),
  'kafka-broker': () => loadFrom('./kafka-broker.ts', 'kafkaBrokerBench'),
  chassis: async () => (await import('./chassis.ts')).chassisBench,
  collector: async () => (await import('./collector.ts')).collectorBench,
  lab: async () => (await import('./lab.ts')).labBench,
  console: async () => (await import('./console.ts')).consoleBench,
};

async function loadFrom(path: string, name: string): Promise<Bench> {
  const module = (await import(path)) as Record<string, Bench>;
  const bench = module[name];
  if (!bench) throw new Error(`${path} exports no ${name}`);
  return bench;
}
