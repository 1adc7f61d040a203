'use client';
import { actions } from '@/lib/actions.ts';
import type { Action } from '@/lib/copy-as.ts';
import { formatLink } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import type { Target } from './pattern-model.ts';
import type { FieldValue, Settings } from './pattern-words.ts';

/** Fields of a pattern to be changed. */
export type Change = Readonly<Record<string, FieldValue>>;

/** A change to one pattern as an action that can be done and copied. */
export function changeAction({ kind, name }: Target, pattern: string, change: Change): Action {
  return kind === 'link'
    ? actions.setPolicy(name, pattern, change)
    : actions.setServicePolicy(name, pattern, change);
}

/** Changes one pattern; the line that says so offers the way back. */
export function usePolicyChange(target: Target, pattern: { name: string; title: string }) {
  const { run, ...state } = useAction();
  const where = formatLink(target.name);
  const words = {
    failed: `Could not change ${pattern.title} of ${where}`,
    invalidate: [queryKeys.policies, queryKeys.audit()],
  };
  return {
    ...state,
    change: (change: Change, before: Settings) => {
      const undo = Object.fromEntries(
        Object.keys(change).map((field) => [field, before[field] as FieldValue]),
      );
      run(changeAction(target, pattern.name, change), {
        ...words,
        done: () => ({
          tone: 'fault',
          topic: `policy ${target.name} ${pattern.name}`,
          text: `${pattern.title} of ${where}: ${describeChange(change)}`,
          undo: { label: 'Undo', run: () => run(changeAction(target, pattern.name, undo), words) },
        }),
      });
    },
  };
}

/** `off`, `on`, `attempts 5, maxDelayMs 200`. */
function describeChange({ enabled, ...fields }: Change): string {
  const others = Object.entries(fields).map(([field, value]) => `${field} ${String(value)}`);
  return [...(enabled === undefined ? [] : [enabled === true ? 'on' : 'off']), ...others].join(
    ', ',
  );
}
