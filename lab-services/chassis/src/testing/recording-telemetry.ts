import type { Attributes } from '@opentelemetry/api';
import { trace } from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { Registry } from 'prom-client';
import type { Telemetry } from '../service.ts';

/** Telemetry that keeps at once what it is told, for tests of single parts. */
export interface RecordingTelemetry {
  telemetry: Telemetry;
  spans: ReadableSpan[];
  events: { name: string; attributes: Attributes }[];
}

/** Creates a {@link RecordingTelemetry}. */
export function createRecordingTelemetry(): RecordingTelemetry {
  const spans: ReadableSpan[] = [];
  const events: RecordingTelemetry['events'] = [];
  const nothing = async () => undefined;
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => void spans.push(span),
        forceFlush: nothing,
        shutdown: nothing,
      },
    ],
  });
  const tracer = provider.getTracer('test');
  return {
    spans,
    events,
    telemetry: {
      tracer,
      metrics: new Registry(),
      event(name, attributes) {
        events.push({ name, attributes });
        trace.getActiveSpan()?.addEvent(name, attributes);
      },
      span: (_name, _attributes, work) => work(),
      failed: () => undefined,
      traceparent: () => undefined,
    },
  };
}
