import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { Gauge, Histogram } from 'prom-client';
import type { Pool } from 'pg';
import { ATTRIBUTE, DURATION_BUCKETS_S, METRIC } from '../core/index.ts';
import type { Telemetry } from '../service.ts';

/** Measures a statement: a CLIENT span, if it belongs to a trace, and a histogram. */
export type Measure = <T>(name: string, text: string, run: () => Promise<T>) => Promise<T>;

/** Creates the measuring of statements and the gauges of `pool`. */
export function instrumentDatabase(telemetry: Telemetry, pool: Pool): Measure {
  const registers = [telemetry.metrics];
  const duration = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of database statements, seconds',
    labelNames: ['operation', 'outcome'],
    buckets: [...DURATION_BUCKETS_S],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers,
      collect() {
        this.set({ pool: 'database' }, read());
      },
    });
  gauge(METRIC.poolInUse, 'Connections at work', () => pool.totalCount - pool.idleCount);
  gauge(METRIC.poolLimit, 'Connections the pool may have', () => pool.options.max);
  gauge(METRIC.poolWaiting, 'Callers waiting for a connection', () => pool.waitingCount);

  return async (name, text, run) => {
    const end = duration.startTimer({ operation: name });
    try {
      const result = await inSpan(telemetry, name, text, run);
      end({ outcome: 'ok' });
      return result;
    } catch (error) {
      end({ outcome: errorType(error) });
      throw error;
    }
  };
}

/** Statements outside of any trace (a relay's polling) would each be a trace of one span. */
async function inSpan<T>(
  telemetry: Telemetry,
  name: string,
  text: string,
  run: () => Promise<T>,
): Promise<T> {
  if (!trace.getActiveSpan()) return run();
  const span = telemetry.tracer.startSpan(name, {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': text.trimStart().split(/\s/, 1)[0]!.toUpperCase(),
      'db.query.summary': name,
      [ATTRIBUTE.peerService]: 'postgres',
    },
  });
  try {
    return await run();
  } catch (error) {
    span.setAttribute('error.type', errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}

/** SQLSTATE where PostgreSQL gave one, else the system's code. */
function errorType(error: unknown): string {
  return (error as { code?: string }).code ?? (error as Error).name;
}
