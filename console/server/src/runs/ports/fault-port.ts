import {
  faultTitle,
  TTL_SECONDS,
  type FaultPort,
  type FaultRegistry,
  type LeaseEnd,
  type Leases,
} from '@faultline/scenarios';
import type { FleetStatus } from '@faultline/fleet';
import type { AuditTrail } from '../../audit/trail.ts';
import { resolveFault } from './resolve-fault.ts';

/** What the port works with. */
export interface FaultPortParts {
  registry: FaultRegistry;
  leases: Leases;
  status: () => FleetStatus;
  audit: Pick<AuditTrail, 'record'>;
  actor: string;
  /** Filled with the ids of what the run injects. */
  injected: Set<string>;
}

/** Faults of a run: leases like those of people, by the same lease manager. */
export function createFaultPort(parts: FaultPortParts): FaultPort {
  const { registry, leases, status, audit, actor, injected } = parts;
  /** Faults whose end the run asked for. */
  const asked = new Set<string>();
  const record = (action: string, target: string, detail: string, refused: boolean) =>
    audit.record({
      ...{ actor, action, target: target.slice(0, 120), detail: detail.slice(0, 1000) },
      outcome: refused ? 'refused' : 'done',
    });
  return {
    resolve: (fault) => resolveFault({ registry, limits: leases.limits }, status(), fault),
    async inject(fault, forMs, owner) {
      const request = { ...fault, ttlSeconds: secondsOf(forMs) };
      const answer = await leases.apply(request, owner);
      const kind = 'kind' in fault ? String(fault.kind) : '';
      const text = JSON.stringify(request).slice(0, 300);
      if (answer.kind === 'refused') {
        record('fault.apply', kind, `${text} — ${answer.detail}`, true);
        return { kind: 'refused', detail: answer.detail };
      }
      record('fault.apply', kind, text, false);
      const { id, summary, target } = answer.lease;
      injected.add(id);
      const title = faultTitle(summary, target.selector);
      const { links, instances } = target;
      return { kind: 'injected', faultId: id, title, links, instances };
    },
    async clear(faultId) {
      asked.add(faultId);
      const answer = await leases.clear(faultId);
      if (answer.kind === 'cleared') {
        record('fault.clear', faultId, '', false);
        return { kind: 'cleared' };
      }
      if (answer.code === 'unknown-fault') return { kind: 'gone' };
      record('fault.clear', faultId, answer.detail, true);
      return { kind: 'stuck', left: answer.detail };
    },
    active: (owner) => leases.list().flatMap((lease) => (lease.owner === owner ? [lease.id] : [])),
    onEnded: (owner, listener) =>
      leases.subscribe((event) => {
        if (event.kind !== 'ended' || event.lease.owner !== owner) return;
        if (event.why === 'rolled-back' || asked.has(event.lease.id)) return;
        listener(event.lease.id, WHY[event.why]);
      }),
  };
}

const WHY: Record<Exclude<LeaseEnd, 'rolled-back'>, string> = {
  expired: 'its time was over',
  cleared: 'somebody ended it',
  'stopped-all': 'stop all',
  over: 'nothing was left of it',
};

/** A lease is never shorter or longer than the registry allows. */
function secondsOf(durationMs: number): number {
  return Math.min(Math.max(durationMs / 1000, TTL_SECONDS.minimum), TTL_SECONDS.maximum);
}
