import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Context,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const propagator = new W3CTraceContextPropagator();

/** The remote context of `carrier`'s `traceparent` and `tracestate`; a root if it has none. */
export function extractTrace(carrier: Readonly<Record<string, unknown>>): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

/** Writes the trace context of `context` into `carrier`. */
export function injectTrace(context: Context, carrier: Record<string, string>): void {
  propagator.inject(context, carrier, defaultTextMapSetter);
}
