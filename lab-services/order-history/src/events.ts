import type { Chassis } from '@faultline/chassis';
import { METRIC } from '@faultline/chassis/core';
import { Gauge } from 'prom-client';
import type { Generation, ProjectionStatus } from './projection/generations.ts';

/** What happens in this service, each told once. */
export interface Events {
  rebuildBegan(): void;
  rebuilt(generation: Generation, checkpoint: number): void;
}

/**
 * Creates the events of the service and the gauges of the lag. A gauge is read when it is asked
 * for: nothing is measured while nobody looks.
 *
 * @param status where the projection stands; may fail while the database is away
 */
export function createEvents(
  { log, telemetry, clock }: Pick<Chassis, 'log' | 'telemetry' | 'clock'>,
  status: () => Promise<ProjectionStatus>,
): Events {
  const registers = [telemetry.metrics];
  const measure = (gauge: Gauge, of: (status: ProjectionStatus) => number) =>
    status().then(
      (now) => gauge.set(of(now)),
      () => gauge.set(NaN),
    );
  new Gauge({
    name: METRIC.projectionLag,
    help: 'Events in the log that are not yet in the projection',
    registers,
    collect() {
      return measure(this, ({ lagEvents }) => lagEvents);
    },
  });
  new Gauge({
    name: METRIC.projectionLagSeconds,
    help: 'How long the oldest event has waited for the projection, seconds',
    registers,
    collect() {
      return measure(this, ({ lagMs }) => lagMs / 1000);
    },
  });
  return {
    rebuildBegan() {
      log.info('rebuild of the projection began');
    },
    rebuilt({ generation, startedAt }, checkpoint) {
      const durationMs = clock.now() - startedAt;
      log.info({ generation, checkpoint, durationMs }, 'rebuilt projection serves');
    },
  };
}
