'use client';
import clsx from 'clsx';
import { Monitor, Moon, PanelLeftClose, PanelLeftOpen, Sun } from 'lucide-react';
import Link from 'next/link';
import { Kbd } from '@/components/kbd.tsx';
import { IconButton } from '@/components/button.tsx';
import { formatBytes, formatPercent, plural } from '@/lib/format.ts';
import { PAGES, type Page } from '@/lib/pages.ts';
import { preferences, setPreference, type ThemeChoice } from '@/lib/preferences.ts';
import { useBreakers, useFaults, useFleet, useRuns, useSagaCounts } from '@/lib/queries.ts';
import { useStore } from '@/lib/store.ts';
import { usePageHref, usePagePath } from '@/lib/url-state.ts';

/** Pages as icons and words; a bar at the foot of narrow screens. */
export function Rail() {
  const { railCollapsed } = useStore(preferences);
  return (
    <nav
      aria-label="Pages"
      className={clsx(
        'z-30 flex shrink-0 border-line bg-sunken max-md:order-last max-md:h-14 max-md:overflow-x-auto max-md:border-t md:flex-col md:gap-px md:border-r md:p-2 md:pt-2.5',
        railCollapsed ? 'md:w-13' : 'md:w-49',
      )}
    >
      <div className="flex items-center gap-2.5 px-2 pt-1 pb-3.5 text-lg font-semibold tracking-[-.01em] text-strong max-md:hidden">
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden className="shrink-0">
          <path
            d="M2 11h6l2-6 3 12 2-6h5"
            fill="none"
            stroke="var(--fault)"
            strokeWidth="2"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </svg>
        {!railCollapsed && 'Faultline'}
      </div>
      {PAGES.map((page) => (
        <RailLink key={page.path} page={page} collapsed={railCollapsed} />
      ))}
      <div className="mt-auto max-md:hidden">
        {!railCollapsed && <LabFigures />}
        <div className={clsx('flex gap-0.5', railCollapsed && 'flex-col')}>
          <IconButton
            label={railCollapsed ? 'Widen the rail' : 'Narrow the rail'}
            onClick={() => setPreference({ railCollapsed: !railCollapsed })}
          >
            {railCollapsed ? <PanelLeftOpen size={14} /> : <PanelLeftClose size={14} />}
          </IconButton>
          <ThemeButton />
        </div>
      </div>
    </nav>
  );
}

function RailLink({ page, collapsed }: { page: Page; collapsed: boolean }) {
  const path = usePagePath();
  const href = usePageHref();
  const badge = useBadge(page.path);
  const on = path === page.path;
  const Icon = page.icon;
  return (
    <>
      {page.group && <hr className="mx-2 my-2 border-line max-md:hidden" />}
      <Link
        href={href(page.path)}
        aria-current={on ? 'page' : undefined}
        title={collapsed ? page.title : undefined}
        data-testid={`nav-${page.title.toLowerCase()}`}
        className={clsx(
          'relative flex shrink-0 items-center rounded-md max-md:min-w-16 max-md:flex-1 max-md:flex-col max-md:justify-center max-md:gap-0.5 max-md:px-1 max-md:text-2xs md:h-8 md:gap-2.5 md:px-2',
          on ? 'bg-hover text-strong' : 'text-muted hover:bg-hover hover:text-normal',
        )}
      >
        <Icon size={15} strokeWidth={1.7} aria-hidden className="shrink-0" />
        <span className={clsx(collapsed && 'md:sr-only')}>{page.title}</span>
        {badge !== null ? (
          <span
            title={badge.title}
            className={clsx(
              'rounded-full px-1.5 text-xs tabular-nums max-md:absolute max-md:top-1 max-md:right-1.5 md:ml-auto',
              collapsed && 'md:absolute md:-top-0.5 md:right-0',
              badge.fault ? 'bg-fault-soft text-fault' : 'bg-bad-soft text-bad',
            )}
          >
            {badge.count}
          </span>
        ) : (
          !collapsed && <Kbd keys={`g ${page.letter}`} className="ml-auto max-md:hidden" />
        )}
      </Link>
    </>
  );
}

function useBadge(path: string): { count: number; title: string; fault: boolean } | null {
  const breakers = useBreakers().data ?? [];
  const sagas = useSagaCounts().data;
  const faults = useFaults().data?.faults ?? [];
  const runs = useRuns().data ?? [];
  const badges: Readonly<Record<string, { count: number; title: string; fault: boolean }>> = {
    '/experiments': {
      count: runs.filter((run) => run.state !== 'ended').length,
      title: 'runs under way or waiting',
      fault: true,
    },
    '/sagas': { count: sagas?.stuck ?? 0, title: 'stuck sagas', fault: false },
    '/breakers': {
      count: breakers.filter((breaker) => breaker.state !== 'closed').length,
      title: 'breakers not closed',
      fault: false,
    },
    '/faults': { count: faults.length, title: 'active faults', fault: true },
  };
  const badge = badges[path];
  return badge && badge.count > 0 ? badge : null;
}

function LabFigures() {
  const fleet = useFleet().data;
  if (!fleet) return null;
  const runs = fleet.state !== 'stopped';
  const running = fleet.services.flatMap((part) => part.instances).filter(isRunning).length;
  return (
    <div data-testid="lab-figures" className="px-2 pb-2 text-xs leading-[1.6] text-faint">
      {runs && (fleet.runtime === 'process' ? 'embedded runtime' : 'Docker runtime')}
      {fleet.state === 'ready' ? '' : `${runs ? ', ' : 'fleet '}${fleet.state}`}
      <br />
      {plural(fleet.services.length, 'service')} · {plural(running, 'instance')}
      {fleet.usage && (
        <>
          <br />
          <span title={`${plural(fleet.usage.processes, 'process', 'processes')} in all`}>
            {formatBytes(fleet.usage.memoryBytes)} · {formatPercent(fleet.usage.cpuRatio)} of one
            core
          </span>
          {fleet.usage.saturated && (
            <p role="status" data-testid="machine-full" className="mt-1 text-warn">
              This machine is full ({plural(fleet.usage.cores, 'core')}): what looks like a fault
              may be overload. Lower the load.
            </p>
          )}
        </>
      )}
    </div>
  );
}

const isRunning = (instance: { state: string }) =>
  instance.state !== 'stopped' && instance.state !== 'crashed';

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = {
  system: 'dark',
  dark: 'light',
  light: 'system',
};

function ThemeButton() {
  const { theme } = useStore(preferences);
  const Icon = theme === 'system' ? Monitor : theme === 'dark' ? Moon : Sun;
  return (
    <IconButton
      label={`Theme: ${theme}; change to ${NEXT_THEME[theme]}`}
      onClick={() => setPreference({ theme: NEXT_THEME[theme] })}
    >
      <Icon size={14} />
    </IconButton>
  );
}
