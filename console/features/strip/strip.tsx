'use client';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useRef, useState, useEffect } from 'react';
import { IconButton } from '@/components/button.tsx';
import { useStore } from '@/lib/store.ts';
import { preferences, setPreference } from '@/lib/preferences.ts';
import { formatDuration, formatTime } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { useTimeRange } from '@/lib/url-state.ts';
import { Select } from '@/features/faults/fault-fields.tsx';
import { StripChart } from './strip-chart.tsx';
import { useChosen, useSpan, useStripMarks, useStripPoints } from './strip-state.ts';

const WHOLE = 'all operations';

/** The time strip: RED of one service, with what we did and what happened on the same axis. */
export function Strip() {
  const { stripHidden } = useStore(preferences);
  const chosen = useChosen();
  const { span, now, zoomAt, follows } = useSpan();
  const points = useStripPoints(chosen, span, follows);
  const marks = useStripMarks(span);
  const [range, setRange] = useTimeRange();
  const [box, width] = useWidth();
  return (
    <footer
      aria-label="Time strip"
      data-testid="strip"
      className="shrink-0 border-t border-line bg-sunken px-3.5 pt-1.5 pb-1"
    >
      <div className="flex h-6 items-center gap-2.5 text-sm">
        <i
          aria-hidden
          className="h-3 w-[3px] rounded-full"
          style={{ background: serviceColour(chosen.service) }}
        />
        <Select
          label="Service of the strip"
          value={chosen.service}
          choices={
            chosen.services.includes(chosen.service)
              ? chosen.services
              : [chosen.service, ...chosen.services]
          }
          onChange={(service) => chosen.choose(service, null)}
          className="-ml-1 h-6! border-transparent! bg-transparent! px-0! font-semibold text-strong!"
        />
        {(chosen.operations.length > 0 || chosen.operation !== null) && (
          <Select
            label="Operation of the strip"
            value={chosen.operation ?? WHOLE}
            choices={[
              WHOLE,
              ...new Set([
                ...chosen.operations,
                ...(chosen.operation === null ? [] : [chosen.operation]),
              ]),
            ]}
            onChange={(operation) =>
              chosen.choose(chosen.service, operation === WHOLE ? null : operation)
            }
            className="h-6! max-w-48 border-transparent! bg-transparent! px-0! text-muted!"
          />
        )}
        {!stripHidden && (
          <span className="text-faint max-lg:hidden">drag to select · scroll to zoom</span>
        )}
        <span className="flex-1" />
        {range ? (
          <button
            type="button"
            onClick={() => setRange(null)}
            className="truncate rounded-sm text-accent hover:underline"
            title="Back to live"
          >
            {formatTime(range.from)} to {formatTime(range.to)} ·{' '}
            {formatDuration(range.to - range.from)} ×
          </button>
        ) : (
          <span className="text-muted max-sm:hidden">
            last {formatDuration(span.to - span.from)}
          </span>
        )}
        <IconButton
          label={stripHidden ? 'Show the time strip' : 'Hide the time strip'}
          size="small"
          className="w-6"
          onClick={() => setPreference({ stripHidden: !stripHidden })}
        >
          {stripHidden ? <ChevronUp size={13} /> : <ChevronDown size={13} />}
        </IconButton>
      </div>
      {!stripHidden && (
        <div ref={box} className="h-35.5 overflow-hidden">
          {width > 0 && (
            <StripChart
              key={chosen.service}
              chosen={chosen}
              span={span}
              now={now}
              points={points}
              marks={marks}
              range={range}
              width={width}
              onRange={setRange}
              onZoom={zoomAt}
            />
          )}
        </div>
      )}
    </footer>
  );
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const { stripHidden } = useStore(preferences);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, [stripHidden]);
  return [box, width];
}
