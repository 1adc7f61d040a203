'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { perform } from './actions.ts';
import type { Action } from './copy-as.ts';
import { toast, toastFailure, type Toast } from './toasts.ts';

/** What to say about an action. */
export interface ActionWords<T> {
  /** `Could not pause payments-1`; the problem's detail follows. */
  failed: string;
  /** Shown when it worked; nothing is shown without. */
  done?: (answer: T) => Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] };
  /** Queries to ask again: what the live stream does not tell. */
  invalidate?: readonly (readonly unknown[])[];
}

/** Carries actions out one at a time: `run(action, words)`; `busy`, and `error` for the place of it. */
export function useAction<T = unknown>() {
  const client = useQueryClient();
  const mutation = useMutation<T, Error, { action: Action; words: ActionWords<T> }>({
    mutationFn: ({ action }) => perform<T>(action),
    onSuccess: (answer, { words }) => {
      const line = words.done?.(answer);
      if (line) toast({ tone: 'done', ...line });
      for (const queryKey of words.invalidate ?? []) void client.invalidateQueries({ queryKey });
    },
    onError: (error, { words }) => toastFailure(words.failed, error),
  });
  return {
    run: (action: Action, words: ActionWords<T>) => mutation.mutate({ action, words }),
    busy: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
  };
}
