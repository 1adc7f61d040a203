import type { z } from 'zod';
import type { FaultContext, FaultKind, FaultTarget, UndoVerdict } from '../model.ts';
import { createProxyApi, type ProxyApi, type ToxicRequest } from '../proxy-api.ts';
import { toxicName, toxicPrefix } from '../toxic-name.ts';
import { proxiesOf } from './proxies.ts';

type Stream = ToxicRequest['stream'];

/** What a kind of network fault says about itself; the rest is the same for all of them. */
export interface ToxicFaultDefinition<Spec extends { kind: string }> {
  kind: Spec['kind'];
  title: string;
  summary: string;
  selects?: 'link' | 'links';
  schema: z.ZodObject & z.ZodType<Spec>;
  describe(spec: Spec): string;
  /** Type and attributes in the Toxiproxy API. */
  toxic(spec: Spec): { type: string; attributes: Readonly<Record<string, number | string>> };
  streams(spec: Spec): readonly Stream[];
  toxicity?(spec: Spec): number;
}

/** Both directions of a choice, spelled out. */
export function streamsOf(stream: Stream | 'both'): readonly Stream[] {
  return stream === 'both' ? ['upstream', 'downstream'] : [stream];
}

/**
 * A kind of fault that is one toxic per proxy and direction. The toxic carries the rest of the
 * lease as `ttl_ms`: it ends by itself when nobody prolongs it.
 */
export function createToxicFault<Spec extends { kind: string }>(
  definition: ToxicFaultDefinition<Spec>,
): FaultKind<Spec> {
  const put = async (
    how: 'addToxic' | 'renewToxic',
    spec: Spec,
    target: FaultTarget,
    context: FaultContext,
  ) => {
    const api = createProxyApi(context.proxyApiUrl, context.signal);
    const { type, attributes } = definition.toxic(spec);
    const added = proxiesOf(target).flatMap((proxy) =>
      definition.streams(spec).map((stream) =>
        api[how](proxy, {
          name: toxicName(context.faultId, type, stream),
          type,
          stream,
          toxicity: definition.toxicity?.(spec) ?? 1,
          attributes,
          ttl_ms: context.ttlMs,
        }),
      ),
    );
    await allOrFirstError(added);
  };
  return {
    kind: definition.kind,
    title: definition.title,
    summary: definition.summary,
    selects: definition.selects ?? 'link',
    schema: definition.schema,
    describe: (spec) => definition.describe(spec),
    excludes: (kind) => kind === definition.kind,
    apply: (spec, target, context) => put('addToxic', spec, target, context),
    renew: (spec, target, context) => put('renewToxic', spec, target, context),
    async revert(_spec, _target, context) {
      const api = createProxyApi(context.proxyApiUrl, context.signal);
      await removeToxics(api, context.faultId);
    },
    async verifyUndone(_spec, _target, context): Promise<UndoVerdict> {
      const api = createProxyApi(context.proxyApiUrl, context.signal);
      const [first] = await toxicsOf(api, context.faultId);
      if (!first) return { clean: true };
      return { clean: false, left: `toxic ${first.toxic} on proxy ${first.proxy}` };
    },
  };
}

/** The toxics of a fault wherever they are: also on proxies that its target has lost. */
export async function toxicsOf(api: ProxyApi, faultId: string) {
  const proxies = await api.proxies();
  return proxies.flatMap(({ name, toxics }) =>
    toxics
      .filter((toxic) => toxic.name.startsWith(toxicPrefix(faultId)))
      .map((toxic) => ({ proxy: name, toxic: toxic.name })),
  );
}

/** Removes the toxics of a fault, wherever they are. */
export async function removeToxics(api: ProxyApi, faultId: string): Promise<void> {
  const left = await toxicsOf(api, faultId);
  await allOrFirstError(left.map(({ proxy, toxic }) => api.removeToxic(proxy, toxic)));
}

/** Waits for all, so that nothing is still under way when an undo begins; then throws. */
export async function allOrFirstError(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
