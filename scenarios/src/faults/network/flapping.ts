import type { Clock } from '@faultline/chassis/core';
import { z } from 'zod';
import { choiceField, integerField, toxicityField } from '../fields.ts';
import type { FaultContext, FaultKind, FaultTarget, UndoVerdict } from '../model.ts';
import { createProxyApi } from '../proxy-api.ts';
import { toxicName } from '../toxic-name.ts';
import { sayMilliseconds, sayShare } from '../units.ts';
import { proxiesOf } from './proxies.ts';
import { allOrFirstError, removeToxics, toxicsOf } from './toxic-fault.ts';

const schema = z.strictObject({
  kind: z.literal('network.flapping'),
  effect: choiceField({ title: 'Effect', description: 'What the line does while it is broken' }, [
    'partition',
    'latency',
    'reset',
    'refuse',
  ]),
  onMs: integerField({
    ...{ title: 'Broken for', unit: 'ms', minimum: 100, maximum: 600_000, default: 2000 },
    description: 'How long the effect lasts each time',
  }),
  offMs: integerField({
    ...{ title: 'Well for', unit: 'ms', minimum: 100, maximum: 600_000, default: 3000 },
    description: 'Pause between two times',
  }),
  latencyMs: integerField({
    ...{ title: 'Latency', unit: 'ms', minimum: 0, maximum: 600_000, default: 1000 },
    description: 'Delay of every chunk of bytes; only for latency',
  }),
  toxicity: toxicityField(),
});
type Spec = z.infer<typeof schema>;

/** One fault at work: which times it is on, and until when somebody holds it. */
interface Flapping {
  end: AbortController;
  /** Monotonic; moved on by each renewal. */
  heldUntilMs: number;
  target: FaultTarget;
  done: Promise<void>;
}

/**
 * Creates the kind. The control plane toggles; each time the effect carries a time limit of its
 * own at the proxy, so that one that is not toggled off ends by itself:
 *
 *     |- onMs -|-- offMs --|- onMs -|-- offMs --| ...        until the lease ends
 */
export function createFlapping(): FaultKind<Spec> {
  const flapping = new Map<string, Flapping>();

  const start = async (spec: Spec, target: FaultTarget, context: FaultContext): Promise<void> => {
    const { faultId, clock, ttlMs } = context;
    await begin(spec, target, context, spec.onMs);
    const one: Flapping = {
      ...{ end: new AbortController(), target, done: Promise.resolve() },
      heldUntilMs: clock.monotonicMs() + ttlMs,
    };
    flapping.set(faultId, one);
    one.done = flap(spec, one, context);
  };

  const stop = async (faultId: string): Promise<void> => {
    const one = flapping.get(faultId);
    one?.end.abort(new Error('the fault ends'));
    await one?.done;
    flapping.delete(faultId);
  };

  return {
    kind: 'network.flapping',
    title: 'Flapping',
    summary: 'Breaks the line and lets it be well again, over and over.',
    selects: 'links',
    schema,
    describe: ({ effect, onMs, offMs, latencyMs, toxicity }) =>
      `flapping ${effect}${effect === 'latency' ? ` ${sayMilliseconds(latencyMs)}` : ''}, ` +
      `${sayMilliseconds(onMs)} of ${sayMilliseconds(onMs + offMs)}` +
      (effect === 'refuse' ? '' : sayShare(toxicity)),
    // It enables the proxies that it disabled, whoever else wants them disabled.
    excludes: (kind) => kind === 'network.flapping' || kind === 'network.refuse',
    apply: start,
    async renew(spec, target, context) {
      const one = flapping.get(context.faultId);
      // After a pause of this process it has ended; the lease has not.
      if (!one || one.heldUntilMs <= context.clock.monotonicMs()) {
        await stop(context.faultId);
        return start(spec, target, context);
      }
      one.heldUntilMs = context.clock.monotonicMs() + context.ttlMs;
      one.target = target;
    },
    async revert(spec, target, context) {
      await stop(context.faultId);
      await finish(spec, target, context);
    },
    async verifyUndone(spec, target, context): Promise<UndoVerdict> {
      const api = createProxyApi(context.proxyApiUrl, context.signal);
      const [toxic] = await toxicsOf(api, context.faultId);
      if (toxic) return { clean: false, left: `toxic ${toxic.toxic} on proxy ${toxic.proxy}` };
      const ours = new Set(spec.effect === 'refuse' ? proxiesOf(target) : []);
      const down = (await api.proxies()).find(({ name, enabled }) => ours.has(name) && !enabled);
      return down ? { clean: false, left: `proxy ${down.name} is disabled` } : { clean: true };
    },
  };
}

/** The effect is on when this begins. Ends when told to, or when nobody renews the fault. */
async function flap(spec: Spec, one: Flapping, context: FaultContext): Promise<void> {
  const { clock } = context;
  const { signal } = one.end;
  let turnMs = clock.monotonicMs();
  const holds = () => !signal.aborted && clock.monotonicMs() < one.heldUntilMs;
  for (let on = true; holds(); on = !on) {
    turnMs += on ? spec.onMs : spec.offMs;
    await sleepUntil(turnMs, one, clock, async (leftMs) => {
      if (on) await begin(spec, one.target, context, leftMs).catch(() => undefined);
    });
    if (!holds()) return;
    // A proxy that cannot be told is told at the next turn; the effect's time limit ends it.
    const turned = on
      ? finish(spec, one.target, context)
      : begin(spec, one.target, context, spec.onMs);
    await turned.catch(() => undefined);
  }
}

/** Longest time between two looks at a long turn; what is on is prolonged at each, milliseconds. */
const LOOK_MS = 1_000;

async function sleepUntil(
  turnMs: number,
  one: Flapping,
  clock: Clock,
  prolong: (leftMs: number) => Promise<void>,
): Promise<void> {
  const { signal } = one.end;
  for (;;) {
    const leftMs = turnMs - clock.monotonicMs();
    if (leftMs <= 0 || signal.aborted || clock.monotonicMs() >= one.heldUntilMs) return;
    await clock.sleep(Math.min(leftMs, LOOK_MS), signal).catch(() => undefined);
    const restMs = turnMs - clock.monotonicMs();
    if (restMs > 0 && !signal.aborted) await prolong(restMs);
  }
}

/** Puts the effect on the line for `forMs`, or for as long as the lease may be held. */
async function begin(
  spec: Spec,
  target: FaultTarget,
  { proxyApiUrl, faultId, ttlMs, signal }: FaultContext,
  forMs: number,
): Promise<void> {
  const api = createProxyApi(proxyApiUrl, signal);
  const limitMs = Math.max(1, Math.ceil(Math.min(forMs, ttlMs)));
  const proxies = proxiesOf(target);
  if (spec.effect === 'refuse') {
    await allOrFirstError(proxies.map((proxy) => api.disable(proxy, limitMs)));
    return;
  }
  const { type, attributes, streams } = toxicOf(spec);
  const added = proxies.flatMap((proxy) =>
    streams.map((stream) =>
      api.addToxic(proxy, {
        ...{ name: toxicName(faultId, type, stream), type, stream, attributes },
        toxicity: spec.toxicity,
        ttl_ms: limitMs,
      }),
    ),
  );
  await allOrFirstError(added);
}

async function finish(
  { effect }: Spec,
  target: FaultTarget,
  { proxyApiUrl, faultId, signal }: FaultContext,
): Promise<void> {
  const api = createProxyApi(proxyApiUrl, signal);
  if (effect === 'refuse') {
    await allOrFirstError(proxiesOf(target).map((proxy) => api.enable(proxy)));
  } else {
    await removeToxics(api, faultId);
  }
}

function toxicOf({ effect, latencyMs }: Spec) {
  const both = ['upstream', 'downstream'] as const;
  const down = ['downstream'] as const;
  switch (effect) {
    case 'latency':
      return { type: 'latency', attributes: { latency: latencyMs, jitter: 0 }, streams: down };
    case 'reset':
      return { type: 'reset_peer', attributes: { timeout: 0 }, streams: down };
    default:
      return { type: 'timeout', attributes: { timeout: 0 }, streams: both };
  }
}

/** See {@link createFlapping}. */
export const flapping = createFlapping();
