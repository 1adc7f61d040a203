import { performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import { METRIC } from '../core/index.ts';

const LAG_SAMPLE_MS = 200;

/**
 * Registers the metrics of the process under the names that Prometheus clients share. A dozen
 * services idle side by side, so only what is cheap: no histogram of the event loop, no walk
 * through /proc.
 *
 * @returns stops the sampling
 */
export function collectProcessMetrics(registry: Registry): () => void {
  const registers = [registry];
  let lastCpu = { user: 0, system: 0 };
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time, seconds',
    registers,
    collect() {
      const cpu = process.cpuUsage();
      this.inc((cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1e6);
      lastCpu = cpu;
    },
  });
  const memory = (name: string, help: string, read: (usage: NodeJS.MemoryUsage) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(process.memoryUsage()));
      },
    });
  memory('process_resident_memory_bytes', 'Resident memory', (usage) => usage.rss);
  memory('nodejs_heap_size_used_bytes', 'Heap in use', (usage) => usage.heapUsed);
  memory('nodejs_heap_size_total_bytes', 'Heap reserved', (usage) => usage.heapTotal);
  memory('nodejs_external_memory_bytes', 'Memory outside of the heap', (usage) => usage.external);
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, seconds since the Unix epoch',
    registers,
  }).set(performance.timeOrigin / 1000);
  return collectEventLoopMetrics(registry);
}

/** How late a timer fires is how long the loop was busy with something else. */
function collectEventLoopMetrics(registry: Registry): () => void {
  let expected = performance.now() + LAG_SAMPLE_MS;
  let sumMs = 0;
  let samples = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    sumMs += Math.max(0, now - expected);
    samples++;
    expected = now + LAG_SAMPLE_MS;
  }, LAG_SAMPLE_MS);
  timer.unref();
  new Gauge({
    name: METRIC.eventLoopLag,
    help: 'Mean delay of the event loop since the last scrape, seconds',
    registers: [registry],
    collect() {
      this.set(samples === 0 ? 0 : sumMs / samples / 1000);
      sumMs = 0;
      samples = 0;
    },
  });
  let last = performance.eventLoopUtilization();
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of time the event loop was busy since the last scrape',
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  return () => clearInterval(timer);
}
