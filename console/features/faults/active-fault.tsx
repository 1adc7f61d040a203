'use client';
import type { Fault } from '@faultline/server/contract';
import { Button } from '@/components/button.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { formatCountdown } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

/** How much longer one press of Extend makes a fault. */
const EXTEND_SECONDS = 60;

/** What a fault is, how long it lasts, and the two things to do about it. */
export function ActiveFaultLine({ fault }: { fault: Fault }) {
  return (
    <div
      data-testid={`fault-${fault.id}`}
      className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5"
    >
      <b className="min-w-0 truncate font-semibold text-strong first-letter:uppercase">
        {fault.summary}
      </b>
      <FaultCountdown fault={fault} />
      <span className="flex-1" />
      <FaultButtons fault={fault} />
      {fault.detail !== null && <p className="w-full text-sm text-warn">{fault.detail}</p>}
    </div>
  );
}

/** Time left of a fault, or what is being done about it. */
export function FaultCountdown({ fault }: { fault: Fault }) {
  const now = useServerNow();
  if (fault.state === 'reverting') return <span className="text-muted">clearing…</span>;
  if (fault.state === 'stuck') return <span className="text-bad">undo failed, trying again</span>;
  return (
    <span className="font-mono text-sm text-fault tabular-nums">
      {formatCountdown(fault.expiresAt - now)}
    </span>
  );
}

/** Extend and Clear. */
export function FaultButtons({ fault }: { fault: Fault }) {
  const extend = useAction();
  const clear = useAction();
  const again = useAction();
  const invalidate = [queryKeys.faults];
  return (
    <span className="flex gap-1.5">
      <Button
        busy={extend.busy}
        disabled={fault.state !== 'active'}
        title={`${EXTEND_SECONDS} s longer`}
        onClick={() =>
          extend.run(actions.extendFault(fault.id, EXTEND_SECONDS), {
            failed: `Could not extend ${fault.summary}`,
            invalidate,
          })
        }
      >
        Extend
      </Button>
      <Button
        busy={clear.busy}
        onClick={() =>
          clear.run(actions.clearFault(fault.id), {
            failed: `Could not clear ${fault.summary}`,
            invalidate,
            done: () => ({
              text: `Cleared ${fault.summary}`,
              undo: {
                label: 'Break again',
                run: () =>
                  again.run(actions.addFault({ ttlSeconds: 60, ...fault.spec, kind: fault.kind }), {
                    failed: `Could not add ${fault.summary} again`,
                    invalidate,
                  }),
              },
            }),
          })
        }
      >
        Clear
      </Button>
    </span>
  );
}
