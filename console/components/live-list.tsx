'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { HeldRows } from '@/lib/held-rows.ts';
import { NewRows } from './new-rows.tsx';
import { ErrorState, SkeletonRows } from './states.tsx';

/**
 * Where a page's live rows stand: their skeleton first, an error if they cannot be had, and new
 * ones behind "14 new" while the pointer is over them. The rows come from `useHeldRows`.
 */
export function LiveList({
  answer,
  held,
  failed,
  onOver,
  children,
}: {
  answer: Pick<UseQueryResult, 'isPending' | 'isError' | 'data' | 'error' | 'refetch'>;
  held: Pick<HeldRows<unknown>, 'waiting' | 'show'>;
  /** What could not be done: `The logs could not be loaded`. */
  failed: string;
  /** Whether the pointer is over the rows, which then must not move. */
  onOver: (over: boolean) => void;
  children: ReactNode;
}) {
  return (
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onPointerEnter={() => onOver(true)}
      onPointerLeave={() => onOver(false)}
    >
      <NewRows waiting={held.waiting} onShow={held.show} />
      {answer.isPending ? (
        <SkeletonRows rows={14} />
      ) : answer.isError && !answer.data ? (
        <ErrorState what={failed} error={answer.error} onRetry={() => void answer.refetch()} />
      ) : (
        children
      )}
    </div>
  );
}
