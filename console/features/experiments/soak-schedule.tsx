'use client';
import type { VariantView } from '@faultline/server/contract';
import { formatCountdown, formatDuration } from '@/lib/format.ts';
import { axisEnd } from './fault-bands.ts';
import { Part } from './page-header.tsx';

/** The faults of a soak as bars over time, in the order in which they began. */
export function SoakSchedule({ variant }: { variant: VariantView }) {
  const spanMs = axisEnd([variant]);
  const { faults } = variant;
  if (faults.length === 0) return null;
  return (
    <Part title="Schedule" aside={`0:00 to ${formatCountdown(spanMs)}`} testId="schedule">
      <ol className="mb-4 flex max-h-90 flex-col gap-1 overflow-auto">
        {faults.map(({ faultId, title, fromMs, toMs }) => (
          <li
            key={faultId}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)] items-center gap-3 text-sm"
          >
            <span className="truncate" title={title}>
              {title}
            </span>
            <span
              className="relative h-4 rounded-sm bg-hover"
              title={`+${formatCountdown(fromMs)}, ${toMs === null ? 'still active' : formatDuration(toMs - fromMs)}`}
            >
              <i
                className="absolute inset-y-0 min-w-0.5 rounded-sm bg-fault"
                style={{
                  left: `${(fromMs / spanMs) * 100}%`,
                  width: `${((Math.min(toMs ?? spanMs, spanMs) - fromMs) / spanMs) * 100}%`,
                }}
              />
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}
