'use client';
import clsx from 'clsx';
import { Check, TriangleAlert, X, Zap } from 'lucide-react';
import { useStore } from '@/lib/store.ts';
import { dismissToast, toasts } from '@/lib/toasts.ts';
import { Button, IconButton } from './button.tsx';

/** The lines at the foot of the page. */
export function Toaster() {
  const shown = useStore(toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-44 z-50 flex flex-col items-center gap-2 px-3 max-md:bottom-20"
    >
      {shown.map((line) => (
        <div
          key={line.id}
          data-testid={`toast-${line.tone}`}
          className={clsx(
            'pointer-events-auto flex max-w-150 items-center gap-2 rounded-md border bg-raised py-1 pr-1 pl-3 shadow-float',
            line.tone === 'failed' ? 'border-bad' : 'border-line-strong',
          )}
        >
          {line.tone === 'failed' && <TriangleAlert size={14} className="shrink-0 text-bad" />}
          {line.tone === 'done' && <Check size={14} className="shrink-0 text-ok" />}
          {line.tone === 'fault' && <Zap size={14} className="shrink-0 text-fault" />}
          <span className="min-w-0 text-strong">{line.text}</span>
          {line.undo && (
            <Button
              size="small"
              onClick={() => {
                line.undo?.run();
                dismissToast(line.id);
              }}
            >
              {line.undo.label}
            </Button>
          )}
          <IconButton label="Dismiss" size="small" onClick={() => dismissToast(line.id)}>
            <X size={13} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
