'use client';
import clsx from 'clsx';
import { Pause, Play, Search, Zap } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { RangeSlider } from '@/components/range-slider.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { formatCountdown, formatDuration, formatLink } from '@/lib/format.ts';
import { setPaused, useLive } from '@/lib/live.ts';
import { useNow } from '@/lib/now.ts';
import { useFaults, useLoad } from '@/lib/queries.ts';
import { usePageHref, useTimeRange } from '@/lib/url-state.ts';
import { useAction } from '@/lib/use-action.ts';
import { openOverlay } from './overlay.ts';
import { RuntimeControl } from './runtime-control.tsx';
import { StopAll } from './stop-all.tsx';

/** Title, active faults, runtime, load, liveness, search and Stop all: the same on every page. */
export function TopBar({ title }: { title: string }) {
  return (
    <header className="shrink-0 border-b border-line bg-surface">
      <div className="flex h-12 items-center gap-2.5 px-3.5">
        <h1 className="text-lg font-semibold tracking-[-.01em] text-strong">{title}</h1>
        <span className="flex-1" />
        <FaultChips className="max-md:hidden" />
        <RuntimeControl className="max-lg:hidden" />
        <LoadControl className="max-lg:hidden" />
        <LiveControl />
        <button
          type="button"
          onClick={() => openOverlay('palette')}
          aria-label="Search or run a command"
          className="flex h-7 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-raised px-2.5 text-faint hover:bg-hover lg:w-58"
        >
          <Search size={14} className="lg:hidden" />
          <span className="max-lg:hidden">Search or run…</span>
          <Kbd keys="⌘K" className="ml-auto max-lg:hidden" />
        </button>
        <StopAll />
      </div>
      <div className="flex h-10 items-center gap-2 px-3.5 pb-2 lg:hidden">
        <LoadControl />
        <RuntimeControl />
        <FaultChips className="md:hidden" />
      </div>
    </header>
  );
}

function FaultChips({ className }: { className?: string }) {
  const faults = useFaults().data?.faults ?? [];
  const now = useServerNow();
  const href = usePageHref();
  const [first] = faults;
  if (!first) return null;
  return (
    <Link
      href={href('/faults', { fault: first.id })}
      data-testid="fault-chip"
      className={clsx(
        'flex h-7 min-w-0 shrink items-center gap-1.5 rounded-md border border-fault-line bg-fault-soft px-2.5 whitespace-nowrap text-fault hover:brightness-110',
        className,
      )}
    >
      <Zap size={12} fill="currentColor" aria-hidden className="shrink-0" />
      <b className="truncate font-semibold">{formatLink(first.target.selector)}</b>
      <span className="truncate max-xl:hidden">{first.summary}</span>
      <span className="font-mono text-sm">{formatCountdown(first.expiresAt - now)}</span>
      {faults.length > 1 && <span className="shrink-0">+{faults.length - 1}</span>}
    </Link>
  );
}

/** The slider is exact where loads are small and still reaches the lab's limit. */
const SLIDER_LIMIT = 200;

function LoadControl({ className }: { className?: string }) {
  const load = useLoad().data;
  const { run } = useAction();
  const [dragged, setDragged] = useState<number | null>(null);
  if (!load) return null;
  const rps = dragged ?? load.rps;
  const commit = (value: number) => {
    run(actions.setLoad({ rps: value }), { failed: 'Could not change the load' });
    setDragged(null);
  };
  return (
    <div
      data-testid="load"
      className={clsx(
        'flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-raised px-2.5',
        className,
      )}
    >
      Load{' '}
      <b className="min-w-[2ch] text-right font-semibold text-strong">
        {load.enabled ? rps : 'off'}
      </b>
      {load.enabled && ' req/s'}
      <RangeSlider
        label="Load"
        className="w-14"
        value={Math.min(rps, SLIDER_LIMIT)}
        min={1}
        max={SLIDER_LIMIT}
        step={1}
        valueText={`${rps} requests per second`}
        onChange={setDragged}
        onCommit={commit}
      />
    </div>
  );
}

function LiveControl() {
  const { paused, connection, receivedAt } = useLive();
  const [range, setRange] = useTimeRange();
  const now = useNow(250);
  const age = receivedAt === null ? null : Math.max(0, now - receivedAt);
  const old = connection !== 'open' || age === null || age > 5000;
  if (range) {
    return (
      <Button onClick={() => setRange(null)} data-testid="back-to-live" icon={<Play size={12} />}>
        Back to live
      </Button>
    );
  }
  return (
    <Button
      onClick={() => setPaused(!paused)}
      pressed={paused}
      data-testid="live"
      title={paused ? 'Go on (Space)' : 'Pause everything (Space)'}
      className="min-w-[84px] justify-start!"
    >
      {paused ? (
        <Pause size={12} className="text-warn" />
      ) : (
        <i
          aria-hidden
          className={
            old
              ? 'size-[7px] rounded-full border border-warn'
              : 'size-[7px] rounded-full bg-ok ring-3 ring-ok-soft'
          }
        />
      )}
      <span className={paused || old ? 'text-warn' : 'text-ok'}>
        {paused ? 'Paused' : connection === 'lost' ? 'Offline' : 'Live'}
      </span>
      <span className="text-faint max-sm:hidden">
        {age === null ? '' : age < 60_000 ? `${(age / 1000).toFixed(1)} s` : formatDuration(age)}
      </span>
    </Button>
  );
}
