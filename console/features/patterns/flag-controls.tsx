'use client';
import type { FlagView } from '@faultline/server/contract';
import { useState } from 'react';
import { RangeSlider } from '@/components/range-slider.tsx';
import { Toggle } from '@/components/toggle.tsx';
import { actions } from '@/lib/actions.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

/** Changes a flag; the line that says so offers the way back. */
export function useFlagChange({ flag }: FlagView) {
  const { run, ...state } = useAction();
  const words = {
    failed: `Could not change the flag ${flag.key}`,
    invalidate: [queryKeys.policies, queryKeys.audit()],
  };
  return {
    ...state,
    change: (change: Partial<Pick<FlagView['flag'], 'enabled' | 'percentage' | 'users'>>) => {
      const undo = Object.fromEntries(
        Object.keys(change).map((field) => [field, flag[field as keyof typeof change]]),
      );
      run(actions.setFlag(flag.key, change), {
        ...words,
        done: () => ({
          tone: 'fault',
          topic: `flag ${flag.key}`,
          text: `Flag ${flag.key}: ${describe(change)}`,
          undo: { label: 'Undo', run: () => run(actions.setFlag(flag.key, undo), words) },
        }),
      });
    },
  };
}

function describe(change: object): string {
  return Object.entries(change)
    .map(([field, value]) => {
      if (field === 'enabled') return value === true ? 'on' : 'off for everybody';
      return field === 'percentage' ? `${String(value)} % of users` : `users changed`;
    })
    .join(', ');
}

/** The kill switch: off is off for everybody. */
export function FlagSwitch({ view }: { view: FlagView }) {
  const { change, busy } = useFlagChange(view);
  return (
    <Toggle
      label={`Flag ${view.flag.key}: off is off for everybody`}
      checked={view.flag.enabled}
      disabled={busy}
      onChange={(enabled) => change({ enabled })}
    />
  );
}

/** The share of users who have it. */
export function FlagShare({ view, className = '' }: { view: FlagView; className?: string }) {
  const { change } = useFlagChange(view);
  const { percentage, enabled, key } = view.flag;
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? percentage;
  return (
    <span className={`flex items-center gap-2.5 ${enabled ? '' : 'opacity-50'} ${className}`}>
      <RangeSlider
        label={`Share of users with ${key}`}
        tone={percentage === view.initial.percentage ? 'accent' : 'fault'}
        className="flex-1"
        min={0}
        max={100}
        step={1}
        value={shown}
        valueText={`${shown} percent of users`}
        onChange={setDragged}
        onCommit={(value) => {
          setDragged(null);
          if (value !== percentage) change({ percentage: value });
        }}
      />
      <b className="w-12 text-right font-semibold text-strong tabular-nums">{shown} %</b>
    </span>
  );
}
