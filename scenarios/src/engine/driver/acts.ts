import type { Clock } from '@faultline/chassis/core';
import { formatDuration } from '../../document/units.ts';
import type { Act, Acted } from '../core/events.ts';
import { CLEAR_WITHIN_MS, LOOK_EVERY_MS } from '../limits.ts';
import type { Done, EffectBaseline, FaultReach, LabPorts } from '../ports.ts';

/** A fault that was injected, with the numbers from before: what its effect is told by. */
export interface InjectedFault {
  title: string;
  reach: FaultReach;
  baseline: EffectBaseline;
}

/** What acts need. */
export interface ActParts {
  ports: LabPorts;
  clock: Clock;
  /** Owner of the faults. */
  owner: string;
  /** Filled by injections, by id of the fault. */
  injected: Map<string, InjectedFault>;
}

type Body = Omit<Acted, 'what' | 'durationMs' | 'beganAt'> & { beganAt?: number };

/** Does one act. What is refused, breaks or is stopped is `failed`; nothing is thrown. */
export async function perform(parts: ActParts, act: Act, signal: AbortSignal): Promise<Acted> {
  const { clock } = parts;
  const beganAt = clock.now();
  const beganMs = clock.monotonicMs();
  const body = await attempt(parts, act, signal).catch((error: unknown) =>
    failed(parts, act, error instanceof Error ? error.message : String(error)),
  );
  return {
    what: act.what,
    beganAt,
    ...body,
    durationMs: Math.round(clock.monotonicMs() - beganMs),
  };
}

async function attempt(parts: ActParts, act: Act, signal: AbortSignal): Promise<Body> {
  signal.throwIfAborted();
  if (act.what === 'inject') return inject(parts, act, signal);
  if (act.what === 'clear') return clear(parts, act, signal);
  const done = await ask(parts.ports, act, signal);
  if (done.kind === 'refused') return failed(parts, act, done.detail);
  return { ...subjectOf(parts, act), outcome: 'done', detail: done.detail, faultId: null };
}

function ask(
  { data, fleet, load, policies }: LabPorts,
  act: Exclude<Act, { what: 'inject' | 'clear' }>,
  signal: AbortSignal,
): Promise<Done> {
  switch (act.what) {
    case 'reset-data':
      return data.reset(signal);
    case 'load':
      return load.set(act.load);
    case 'policy':
      return policies.change(act.change, signal);
    case 'scale':
      return fleet.scale(act.service, act.replicas, signal);
    case 'schema':
      return fleet.schema(act.service, act.phase, signal);
    case 'redrive':
      return fleet.redrive(act.topic, signal);
    case 'rebuild':
      return fleet.rebuild(act.service, signal);
  }
}

/** The numbers from before are read first; the fault counts from the moment it is asked for. */
async function inject(
  { ports, clock, owner, injected }: ActParts,
  act: Extract<Act, { what: 'inject' }>,
  signal: AbortSignal,
): Promise<Body> {
  const resolved = ports.faults.resolve(act.fault);
  if (resolved.kind === 'refused') return injectionRefused(act, resolved.detail);
  const { links, services, instances } = resolved;
  const reach = { kind: act.fault.kind, links, services, instances };
  const baseline = await ports.effects.before(reach, signal);
  signal.throwIfAborted();
  const beganAt = clock.now();
  const answer = await ports.faults.inject(act.fault, act.forMs, owner);
  if (answer.kind === 'refused') return injectionRefused(act, answer.detail);
  const { faultId, title } = answer;
  const hit = { ...reach, links: answer.links, instances: answer.instances };
  injected.set(faultId, { title, reach: hit, baseline });
  const detail = `for ${formatDuration(act.forMs)}`;
  return { title, links: answer.links, services, outcome: 'done', detail, faultId, beganAt };
}

function injectionRefused({ fault }: Extract<Act, { what: 'inject' }>, detail: string): Body {
  return { title: fault.kind, links: [], services: [], outcome: 'failed', detail, faultId: null };
}

/** What a fault has hit may be on its way up, and not be asked yet whether anything is left of it. */
async function clear(
  { ports, clock }: ActParts,
  { faultId, links, services, title }: Extract<Act, { what: 'clear' }>,
  signal: AbortSignal,
): Promise<Body> {
  const deadline = clock.monotonicMs() + CLEAR_WITHIN_MS;
  let answer = await ports.faults.clear(faultId);
  const endedBefore = answer.kind === 'gone';
  while (answer.kind === 'stuck' && clock.monotonicMs() < deadline) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    answer = await ports.faults.clear(faultId);
  }
  const subject = { title, links, services, faultId };
  if (answer.kind === 'stuck') return { ...subject, outcome: 'failed', detail: answer.left };
  const detail = endedBefore ? 'it had ended before' : '';
  return { ...subject, outcome: 'done', detail };
}

function failed(parts: ActParts, act: Act, detail: string): Body {
  const faultId = act.what === 'clear' ? act.faultId : null;
  return { ...subjectOf(parts, act), outcome: 'failed', detail, faultId };
}

/** What an act is about, for people, and what it touches. */
function subjectOf(
  { ports }: ActParts,
  act: Act,
): { title: string; links: string[]; services: string[] } {
  switch (act.what) {
    case 'reset-data':
      return subject('data made anew');
    case 'load': {
      const { enabled, rps, seed } = act.load;
      return subject(enabled ? `load ${rps} requests/s, seed ${seed}` : 'load off');
    }
    case 'policy': {
      const title = ports.policies.describe(act.change);
      const { target } = act.change;
      if (target === 'link') return { title, links: [act.change.name], services: [] };
      return subject(title, target === 'service' ? act.change.name : undefined);
    }
    case 'inject':
      return subject(act.fault.kind);
    case 'clear':
      return { title: act.title, links: act.links, services: act.services };
    case 'scale':
      return subject(`${act.service} scaled to ${act.replicas}`, act.service);
    case 'schema':
      return subject(`schema of ${act.service} moved to ${act.phase}`, act.service);
    case 'redrive':
      return subject(`dead letters of ${act.topic} redriven`);
    case 'rebuild':
      return subject(`projection of ${act.service} rebuilt`, act.service);
  }
}

function subject(title: string, service?: string) {
  return { title, links: [], services: service === undefined ? [] : [service] };
}
