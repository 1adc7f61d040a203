'use client';
import type { BreakerLane } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import clsx from 'clsx';
import { Badge } from '@/components/chip.tsx';
import { formatDuration, formatLink, formatTime } from '@/lib/format.ts';
import { serviceColour, serviceOfInstance } from '@/lib/services.ts';
import { BREAKER_TONE } from './breaker-words.ts';

const GRID = 'grid grid-cols-[clamp(150px,24%,250px)_minmax(0,1fr)]';
const TICKS = [0, 0.25, 0.5, 0.75, 1];

const CALL_COLOUR = {
  ok: 'var(--ok)',
  failed: 'var(--bad)',
  slow: 'var(--warn)',
  rejected: 'var(--text-faint)',
} as const;
/** Rejected calls never went out: a short tick; failed ones stand out by length. */
const CALL_HEIGHT = { ok: 7, failed: 12, slow: 10, rejected: 4 } as const;

/** The time axis above the lanes. */
export function LaneAxis({ from, to }: { from: number; to: number }) {
  return (
    <div className={`${GRID} sticky top-0 z-10 border-b border-line bg-surface text-xs text-faint`}>
      <span className="px-3.5 py-1.5">line · calling instance</span>
      <div aria-hidden className="relative mr-3.5 tabular-nums">
        {TICKS.map((tick) => (
          <span
            key={tick}
            className="absolute top-1.5 max-md:nth-[even]:hidden"
            style={{
              left: `${tick * 100}%`,
              translate: tick === 0 ? '0' : tick === 1 ? '-100%' : '-50%',
            }}
          >
            {formatTime(from + (to - from) * tick)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** One breaker over time. */
export function LaneRow({
  lane,
  from,
  to,
  faults,
  selected,
  onSelect,
}: {
  lane: BreakerLane;
  from: number;
  to: number;
  faults: readonly Mark[];
  selected: boolean;
  onSelect: () => void;
}) {
  const state = lane.segments.at(-1)?.state ?? 'closed';
  const place = (start: number, end: number | null) => {
    const left = Math.max(0, (start - from) / (to - from));
    const right = Math.min(1, ((end ?? to) - from) / (to - from));
    return right <= 0 || left >= 1
      ? null
      : { left: pct(left), width: pct(Math.max(0, right - left)) };
  };
  return (
    <button
      type="button"
      role="option"
      aria-selected={selected}
      data-testid={`breaker-${lane.instance}-${lane.link}`}
      data-state={state}
      onClick={onSelect}
      className={clsx(
        GRID,
        'w-full border-b border-line text-left',
        selected ? 'bg-accent-soft' : 'hover:bg-hover/60',
      )}
    >
      <span className="flex min-w-0 flex-col justify-center px-3.5 py-2">
        <span className="flex items-center gap-2">
          <span className="truncate font-semibold text-strong">{formatLink(lane.link)}</span>
          {state !== 'closed' && (
            <Badge tone={BREAKER_TONE[state]} filled>
              {state}
            </Badge>
          )}
        </span>
        <span className="flex items-center gap-1.5 text-sm text-muted">
          <i
            aria-hidden
            className="h-3 w-[3px] rounded-full"
            style={{ background: serviceColour(serviceOfInstance(lane.instance)) }}
          />
          {lane.instance}
        </span>
      </span>
      <span className="relative mr-3.5 block overflow-hidden">
        {faults
          .filter((fault) => fault.links.includes(lane.link))
          .map((fault) => {
            const box = place(fault.at, fault.until ?? null);
            return (
              box && (
                <i
                  key={fault.id}
                  title={fault.title}
                  className="absolute inset-y-0 bg-fault-soft"
                  style={box}
                />
              )
            );
          })}
        {lane.segments.map((segment) => {
          const box = place(segment.from, segment.to);
          if (!box) return null;
          const lasted = formatDuration((segment.to ?? to) - segment.from);
          return (
            <i
              key={segment.from}
              title={`${segment.state} for ${lasted}${segment.reason ? `: ${segment.reason}` : ''}`}
              className={clsx(
                'absolute bottom-2 h-2.5',
                segment.state === 'closed' && 'bg-ok/35',
                segment.state === 'open' && 'bg-bad',
                segment.state === 'half-open' && 'hatched bg-warn',
              )}
              style={box}
            />
          );
        })}
        <Calls lane={lane} from={from} to={to} />
      </span>
    </button>
  );
}

function Calls({ lane, from, to }: { lane: BreakerLane; from: number; to: number }) {
  return (
    <svg aria-hidden className="absolute inset-x-0 top-1.5 h-4 w-full overflow-visible">
      {lane.calls
        .filter((call) => call.at >= from && call.at <= to)
        .map((call, index) => {
          const x = pct((call.at - from) / (to - from));
          const height = CALL_HEIGHT[call.outcome];
          return (
            <line
              key={`${call.at} ${index}`}
              x1={x}
              x2={x}
              y1={14 - height}
              y2={14}
              stroke={CALL_COLOUR[call.outcome]}
              strokeWidth={1.2}
              strokeOpacity={call.outcome === 'ok' ? 0.6 : 1}
            />
          );
        })}
    </svg>
  );
}

function pct(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
