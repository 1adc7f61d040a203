'use client';
import type { SagaDetail } from '@faultline/collector/contract';
import clsx from 'clsx';
import { formatDuration } from '@/lib/format.ts';
import { sagaLanes, sagaSpan, type SagaTry } from './saga-lanes.ts';

const FORWARD: Readonly<Record<SagaTry['outcome'], string>> = {
  completed: 'bg-ok',
  failed: 'bg-bad',
  running: 'bg-accent',
};

/** Steps over time: forward above, compensation below with a hatched bar. */
export function SwimLanes({ saga, now }: { saga: SagaDetail; now: number }) {
  const lanes = sagaLanes(saga.timeline);
  const { from, to } = sagaSpan(saga, now);
  const axis = { from, to, now };
  if (lanes.length === 0) return <p className="text-muted">No step has begun.</p>;
  return (
    <div>
      <ol>
        {lanes.map((lane) => (
          <li
            key={lane.step}
            className="grid grid-cols-[6.5rem_1fr] items-center border-b border-line py-1.5"
          >
            <span className="truncate pr-2 text-normal">{lane.step}</span>
            <div className="relative h-6">
              {lane.forward.map((one) => (
                <Bar
                  key={one.from}
                  one={one}
                  place={lane.compensation.length > 0 ? 'top-0' : 'top-[7px]'}
                  axis={axis}
                />
              ))}
              {lane.compensation.map((one) => (
                <Bar key={`undo ${one.from}`} one={one} place="bottom-0" axis={axis} undo />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <div aria-hidden className="grid grid-cols-[6.5rem_1fr] pt-1 text-xs text-faint tabular-nums">
        <span />
        <span className="flex justify-between">
          <span>0</span>
          <span>{formatDuration(to - from)}</span>
        </span>
      </div>
      <p className="mt-2 flex gap-3 text-xs text-muted">
        <Key className="bg-ok" text="done" />
        <Key className="bg-bad" text="failed" />
        <Key className="bg-accent" text="running" />
        <Key className="hatched bg-warn" text="undone" />
      </p>
    </div>
  );
}

function Bar({
  one,
  place,
  axis: { from, to, now },
  undo = false,
}: {
  one: SagaTry;
  /** Where in its lane the bar stands. */
  place: 'top-0' | 'top-[7px]' | 'bottom-0';
  axis: { from: number; to: number; now: number };
  undo?: boolean;
}) {
  const end = one.to ?? Math.min(now, to);
  const whole = to - from;
  return (
    <i
      title={`${undo ? 'undo: ' : ''}${one.outcome}, ${formatDuration(end - one.from)}; ${one.detail}`}
      className={clsx(
        'absolute h-2.5 rounded-xs',
        place,
        undo && one.outcome === 'completed' ? 'hatched bg-warn' : FORWARD[one.outcome],
      )}
      style={{
        left: `${((one.from - from) / whole) * 100}%`,
        width: `max(${((end - one.from) / whole) * 100}%, 3px)`,
      }}
    />
  );
}

function Key({ className, text }: { className: string; text: string }) {
  return (
    <span className="flex items-center gap-1">
      <i aria-hidden className={clsx('h-2.5 w-3 rounded-xs', className)} />
      {text}
    </span>
  );
}
