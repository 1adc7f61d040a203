'use client';
import clsx from 'clsx';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, errorDetail } from '@/lib/api.ts';
import { Button } from './button.tsx';

/** Nothing here yet: what would fill it, and how. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role="status"
      className="mx-auto flex max-w-100 flex-1 flex-col items-center justify-center gap-2 p-8 text-center"
    >
      {icon !== undefined && <div className="mb-1 text-faint">{icon}</div>}
      <h2 className="text-lg font-semibold text-strong">{title}</h2>
      {children !== undefined && <div className="text-muted">{children}</div>}
      {action !== undefined && <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  );
}

/** Something failed: what, why, and the next step. */
export function ErrorState({
  what,
  error,
  onRetry,
  className,
}: {
  /** What could not be done: `The traces could not be loaded`. */
  what: string;
  error: unknown;
  onRetry?: () => void;
  className?: string;
}) {
  return (
    <div
      role="alert"
      className={clsx(
        'mx-auto flex max-w-110 flex-col items-center justify-center gap-2 p-8 text-center',
        className,
      )}
    >
      <CircleAlert size={20} className="text-bad" />
      <h2 className="text-lg font-semibold text-strong">{what}</h2>
      <p className="text-muted">{errorDetail(error)}</p>
      {error instanceof ApiError && <p className="font-mono text-xs text-faint">{error.code}</p>}
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A grey shape where something will be. Give it the size of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('skeleton', className)} />;
}

/** Rows of a table that will come. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2 p-3">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-7 w-full" />
      ))}
    </div>
  );
}
