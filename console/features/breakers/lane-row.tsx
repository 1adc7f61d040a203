'use client';
import type { BreakerLane } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import clsx from 'clsx';
import { Badge } from '@/components/chip.tsx';
import { formatDuration, formatLink, formatTime } from '@/lib/format.ts';
import { serviceColour, serviceOfInstance } from '@/lib/services.ts';
import { BREAKER_TONE } from './breaker-words.ts';
import { CallsCanvas } from './calls-canvas.tsx';

const GRID = 'grid grid-cols-[clamp(150px,24%,250px)_minmax(0,1fr)]';
const TICKS = [0, 0.25, 0.5, 0.75, 1];

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

/** Left edge and width of a stretch of time in a lane; null when it is out of sight. */
type Place = (start: number, end: number | null) => { left: string; width: string } | null;

/** As many calls as an answer holds: with fewer, there were no others. */
const MOST_CALLS = 500;

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
  const place: Place = (start, end) => {
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
                'absolute',
                segment.state === 'closed' && 'bottom-3 h-[3px] bg-ok/40',
                segment.state === 'open' && 'bottom-2 h-2.5 rounded-xs bg-bad',
                segment.state === 'half-open' && 'hatched bottom-2 h-2.5 rounded-xs bg-warn',
              )}
              style={box}
            />
          );
        })}
        <OlderCalls lane={lane} place={place} from={from} />
        <CallsCanvas calls={lane.calls} from={from} to={to} />
      </span>
    </button>
  );
}

/** Says where calls are left out, so that a gap is not taken for silence. */
function OlderCalls({ lane, place, from }: { lane: BreakerLane; place: Place; from: number }) {
  const [began] = lane.segments;
  const oldest = lane.calls.reduce((least, call) => Math.min(least, call.at), Infinity);
  if (!began || lane.calls.length < MOST_CALLS) return null;
  const box = place(Math.max(began.from, from), oldest);
  return (
    box && (
      <i
        title={`Only the newest ${MOST_CALLS} calls are shown; choose a range on the time strip for older ones`}
        className="absolute top-4 border-t border-dotted border-faint"
        style={box}
      />
    )
  );
}

function pct(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
