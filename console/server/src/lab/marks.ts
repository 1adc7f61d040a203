import type { Clock } from '@faultline/chassis/core';
import type { LogRecord } from '@faultline/collector/contract';
import type { FleetEvent } from '@faultline/fleet';
import { faultTitle, type LeaseEvent } from '@faultline/scenarios';
import type { Load, Mark } from '../contract/index.ts';

/** What was done and what happened, for charts: bounded, the newest are kept. */
export interface Marks {
  /** Those that overlap the range, oldest first. */
  between(from: number, to: number): Mark[];
  lease(event: LeaseEvent): void;
  fleet(event: FleetEvent): void;
  load(load: Load): void;
  /** A run of an experiment is a band. @param run `until` is null while it lasts */
  run(run: { runId: string; title: string; at: number; until: number | null }): void;
  happened(record: LogRecord): void;
}

/** Most marks that are kept. */
export const MAXIMUM_MARKS = 5_000;

/** Events of one name with pauses no longer than this are one mark, milliseconds. */
const BURST_MS = 5_000;

/** A mark without what most of them have in common. */
type Point = Pick<Mark, 'kind' | 'at' | 'title'> & Partial<Mark>;

/** Creates an empty collection. @param onMark called for each new or changed mark */
export function createMarks(clock: Clock, onMark: (mark: Mark) => void): Marks {
  const marks = new Map<string, Mark>();
  const bursts = createBursts();
  let count = 0;

  const put = (mark: Mark) => {
    marks.set(mark.id, mark);
    for (const id of marks.keys()) {
      if (marks.size <= MAXIMUM_MARKS) break;
      marks.delete(id);
    }
    onMark(mark);
  };
  const point = (mark: Point) =>
    put({
      id: `mark-${++count}`,
      side: 'ours',
      links: [],
      services: [],
      severity: 'info',
      ...mark,
    });

  return {
    between: (from, to) =>
      [...marks.values()]
        .filter(({ at, until }) => at <= to && (until === undefined ? at : (until ?? to)) >= from)
        .sort((a, b) => a.at - b.at),
    lease(event) {
      const mark = describeLease(event);
      if (mark) put(mark);
    },
    fleet(event) {
      const mark = describeFleetEvent(event);
      if (mark) point(mark);
    },
    load({ enabled, rps }) {
      point({ kind: 'load', at: clock.now(), title: enabled ? `load ${rps}/s` : 'load off' });
    },
    run({ runId, title, at, until }) {
      const band = { at, until, title: `run: ${title}` };
      put({
        ...{ id: `run-${runId}`, kind: 'run', side: 'ours', severity: 'info' },
        ...{ links: [], services: [], ...band },
      });
    },
    happened(record) {
      const description = describeRecord(record);
      const mark = { ...description, side: 'theirs' as const, services: [record.service] };
      // Each breaker change counts by itself; what strikes many orders at once is one mark.
      if (description.kind === 'breaker') {
        point({ ...mark, at: record.at });
        return;
      }
      const what = record.eventName ?? '';
      const burst = bursts.add(what, record.at, () => `burst-${++count}`);
      const title = burst.size === 1 ? mark.title : `${burst.size} × ${what}`;
      put({ ...mark, id: burst.id, at: burst.at, title });
    },
  };
}

/** A fault is a band; what was taken back before it had an effect is none. */
function describeLease(event: LeaseEvent): Mark | null {
  if (event.kind === 'latch') return null;
  if (event.kind === 'ended' && event.why === 'rolled-back') return null;
  const { id, appliedAt, summary, target } = event.lease;
  return {
    id: `fault-${id}`,
    kind: 'fault',
    side: 'ours',
    at: appliedAt,
    until: event.kind === 'ended' ? event.at : null,
    title: faultTitle(summary, target.selector),
    links: target.links,
    services: servicesOf(target),
    severity: event.lease.state === 'stuck' ? 'bad' : 'info',
  };
}

interface Burst {
  id: string;
  at: number;
  lastAt: number;
  size: number;
}

/** Events of one name that follow each other closely, counted together. */
function createBursts() {
  const latest = new Map<string, Burst>();
  return {
    add(name: string, at: number, nextId: () => string): Burst {
      const current = latest.get(name);
      const goesOn = current !== undefined && at - current.lastAt <= BURST_MS;
      const burst = goesOn ? current : { id: nextId(), at, lastAt: at, size: 0 };
      burst.size += 1;
      burst.lastAt = Math.max(burst.lastAt, at);
      latest.set(name, burst);
      return burst;
    },
  };
}

function describeFleetEvent(event: FleetEvent): Point | null {
  switch (event.kind) {
    case 'scaled': {
      const title = `${event.service} scaled to ${event.replicas}`;
      return { kind: 'scale', at: event.at, title, services: [event.service] };
    }
    case 'policy-changed': {
      const { kind, name } = event.target;
      const title = `${name}: ${event.detail}`.slice(0, 200);
      const links = kind === 'link' ? [name] : [];
      const services = kind === 'service' ? [name] : [];
      return { kind: 'policy', at: event.at, title, links, services };
    }
    case 'lifecycle': {
      if (event.what === 'started') return null;
      const bad = event.what === 'crashed';
      return {
        kind: 'lifecycle',
        side: event.what === 'ready' || bad ? 'theirs' : 'ours',
        at: event.at,
        title: `${event.instance} ${event.what}${event.detail ? `: ${event.detail}` : ''}`,
        services: [serviceOf(event.instance)],
        severity: bad ? 'bad' : 'info',
      };
    }
    case 'changed':
    case 'progress':
    case 'chassis-faults':
      return null;
  }
}

/** The service of an instance: `payments` of `payments-2`. */
export function serviceOf(instance: string): string {
  return instance.replace(/-\d+$/, '');
}

function servicesOf(target: { links: string[]; instances: string[] }): string[] {
  const ends = target.links.flatMap((link) => link.split('->'));
  return [...new Set(ends.length > 0 ? ends : target.instances.map(serviceOf))];
}

function describeRecord(record: LogRecord): Pick<Mark, 'kind' | 'title' | 'links' | 'severity'> {
  const text = (key: string) => {
    const value = record.attributes[key];
    return value === undefined ? '' : String(value);
  };
  const name = record.eventName ?? '';
  if (name.startsWith('resilience.breaker.')) {
    const to = text('breaker.to');
    return {
      kind: 'breaker',
      title: `breaker ${text('link')} ${text('breaker.from')} → ${to}`,
      links: text('link') === '' ? [] : [text('link')],
      severity: to === 'open' ? 'bad' : to === 'half-open' ? 'warn' : 'info',
    };
  }
  if (name.startsWith('saga.')) {
    const title = `${name} ${text('order.id')}`.trim();
    return { kind: 'saga', title, links: [], severity: name.endsWith('stuck') ? 'bad' : 'warn' };
  }
  return { kind: 'deadletter', title: record.body.slice(0, 200), links: [], severity: 'bad' };
}
