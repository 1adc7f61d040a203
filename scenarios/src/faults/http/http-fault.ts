import type { z } from 'zod';
import type { FaultContext, FaultKind } from '../model.ts';
import { createToxicFault } from '../network/toxic-fault.ts';
import { createProxyApi } from '../proxy-api.ts';
import { sayRequests, type Matching } from './matching.ts';

/** What a kind of HTTP fault says about itself; the rest is the same for all of them. */
export interface HttpFaultDefinition<Spec extends Matching & { kind: string }> {
  kind: Spec['kind'];
  title: string;
  summary: string;
  schema: z.ZodObject & z.ZodType<Spec>;
  /** What happens to a request, without which requests are meant. */
  describe(spec: Spec): string;
  /** Attributes of the toxic `http`, without those that say which requests are meant. */
  attributes(spec: Spec): Readonly<Record<string, number | string>>;
}

/**
 * A kind of fault that is one toxic `http` per proxy. Only the lab's own proxy server knows that
 * type, and only on lines that it can read.
 */
export function createHttpFault<Spec extends Matching & { kind: string }>(
  definition: HttpFaultDefinition<Spec>,
): FaultKind<Spec> {
  const fault = createToxicFault<Spec>({
    kind: definition.kind,
    title: definition.title,
    summary: definition.summary,
    schema: definition.schema,
    describe: (spec) => `${definition.describe(spec)}${sayRequests(spec)}`,
    toxic: (spec) => {
      const { method, path, header } = spec;
      return {
        type: 'http',
        attributes: { method, path, header, ...definition.attributes(spec) },
      };
    },
    // It works on both directions; this is where it is listed.
    streams: () => ['upstream'],
    toxicity: ({ share }) => share,
  });
  return {
    ...fault,
    needsHttp: true,
    async apply(spec, target, context) {
      await demandReadableLines(context);
      await fault.apply(spec, target, context);
    },
  };
}

/** Throws with cause and way out where the proxy could not see a request. */
async function demandReadableLines(context: FaultContext): Promise<void> {
  if (context.fleet.status().mtls) {
    throw new Error(
      'links speak mutual TLS, so the proxy sees no requests: switch mutual TLS off, or use a ' +
        'fault of kind application.*, which acts inside of the callee',
    );
  }
  const version = await createProxyApi(context.proxyApiUrl, context.signal).version();
  if (version.includes('faultline')) return;
  throw new Error(
    `the proxies of this fleet are those of Toxiproxy ${version}, which knows no HTTP: launch the ` +
      'fleet as processes, or use a fault of kind application.*',
  );
}
