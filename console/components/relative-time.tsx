'use client';
import { formatAbsolute, formatRelative } from '@/lib/format.ts';
import { useLive } from '@/lib/live.ts';
import { useNow } from '@/lib/now.ts';

/** How long ago, with the exact time on hover. Times are the control plane's, epoch milliseconds. */
export function RelativeTime({ at, className }: { at: number; className?: string }) {
  const now = useServerNow();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={formatAbsolute(at)}
      className={className}
      suppressHydrationWarning
    >
      {formatRelative(Math.min(at, now), now)}
    </time>
  );
}

/** The control plane's clock as far as we know it; steps of `stepMs`. */
export function useServerNow(stepMs = 1000): number {
  return useNow(stepMs) - useLive().skewMs;
}

/** The newest moment the page shows: the control plane's clock, standing still while paused. */
export function useViewNow(stepMs = 1000): number {
  const { pausedAt, skewMs } = useLive();
  const now = useNow(stepMs);
  return (pausedAt === null ? now : Math.floor(pausedAt / stepMs) * stepMs) - skewMs;
}
