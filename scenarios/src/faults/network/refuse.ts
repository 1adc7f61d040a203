import { z } from 'zod';
import type { FaultContext, FaultKind, FaultTarget } from '../model.ts';
import { createProxyApi } from '../proxy-api.ts';
import { proxiesOf } from './proxies.ts';
import { allOrFirstError } from './toxic-fault.ts';

const schema = z.strictObject({ kind: z.literal('network.refuse') });

async function disable(target: FaultTarget, context: FaultContext): Promise<void> {
  const api = createProxyApi(context.proxyApiUrl, context.signal);
  await allOrFirstError(proxiesOf(target).map((proxy) => api.disable(proxy, context.ttlMs)));
}

async function enable(target: FaultTarget, context: FaultContext): Promise<void> {
  const api = createProxyApi(context.proxyApiUrl, context.signal);
  await allOrFirstError(proxiesOf(target).map((proxy) => api.enable(proxy)));
}

/** The proxies of the link are disabled: connects are refused, connections are closed. */
export const refuse: FaultKind<z.infer<typeof schema>> = {
  kind: 'network.refuse',
  title: 'Refuse',
  summary: 'Refuses every connection and closes the ones there are, as if nobody listened.',
  selects: 'link',
  schema,
  describe: () => 'connections refused',
  excludes: (kind) => kind === 'network.refuse',
  apply: (_spec, target, context) => disable(target, context),
  renew: (_spec, target, context) => disable(target, context),
  revert: (_spec, target, context) => enable(target, context),
  async verifyUndone(_spec, target, context) {
    const proxies = await createProxyApi(context.proxyApiUrl, context.signal).proxies();
    const ours = new Set(proxiesOf(target));
    const left = proxies.find(({ name, enabled }) => ours.has(name) && !enabled);
    return left ? { clean: false, left: `proxy ${left.name} is disabled` } : { clean: true };
  },
};
