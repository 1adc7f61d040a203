'use client';
import type { FlagView, Policies } from '@faultline/server/contract';
import clsx from 'clsx';
import { Badge } from '@/components/chip.tsx';
import { plural } from '@/lib/format.ts';
import { FlagShare, FlagSwitch } from './flag-controls.tsx';
import { isSame } from './pattern-words.ts';
import { writeSelection } from './selection.ts';

/** What belongs to no single link or service: feature flags and mutual TLS. */
export function FleetSwitches({
  policies,
  changedOnly,
  at,
  onChoose,
}: {
  policies: Policies;
  changedOnly: boolean;
  at: string | null;
  onChoose: (at: string) => void;
}) {
  const { mtls } = policies;
  const changed = mtls.on !== mtls.initial;
  const flags = policies.flags.filter((view) => !changedOnly || !isSame(view.flag, view.initial));
  return (
    <>
      {(!changedOnly || flags.length > 0) && (
        <section aria-label="Feature flags">
          <h2 className="px-3.5 pt-4 pb-1.5 font-semibold text-strong">
            Feature flags <span className="font-normal text-faint">{policies.flags.length}</span>
          </h2>
          {flags.length === 0 && (
            <p className="px-3.5 text-muted">None: no service asks for one at the moment.</p>
          )}
          <ul>
            {flags.map((view) => (
              <FlagRow key={view.flag.key} view={view} at={at} onChoose={onChoose} />
            ))}
          </ul>
        </section>
      )}
      {(!changedOnly || changed) && (
        <section aria-label="The whole fleet">
          <h2 className="px-3.5 pt-4 pb-1.5 font-semibold text-strong">The whole fleet</h2>
          <button
            type="button"
            data-testid="cell-mtls"
            data-state={mtls.on ? 'on' : 'off'}
            aria-pressed={at === 'mtls'}
            onClick={() => onChoose('mtls')}
            className={clsx(
              'flex min-h-9 w-full items-center gap-3 border-y border-line px-3.5 py-1 text-left hover:bg-hover',
              changed && 'bg-fault-soft',
              at === 'mtls' && 'outline-2 -outline-offset-2 outline-accent',
            )}
          >
            <span className="font-semibold text-strong">Mutual TLS</span>
            <Badge tone={changed ? 'fault' : 'plain'}>{mtls.on ? 'on' : 'off'}</Badge>
            <span className="min-w-0 truncate text-muted">
              Both ends of every link between services show a certificate of the lab
            </span>
          </button>
        </section>
      )}
    </>
  );
}

function FlagRow({
  view,
  at,
  onChoose,
}: {
  view: FlagView;
  at: string | null;
  onChoose: (at: string) => void;
}) {
  const { flag, initial } = view;
  const own = writeSelection({ kind: 'flag', key: flag.key });
  const changed = !isSame(flag, initial);
  return (
    <li
      data-testid={`flag-${flag.key}`}
      className={clsx(
        'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b border-line px-3.5 py-1.5 md:grid-cols-[16rem_minmax(0,1fr)_220px_90px_auto]',
        changed && 'bg-fault-soft',
        at === own && 'outline-2 -outline-offset-2 outline-accent',
      )}
    >
      <button
        type="button"
        aria-pressed={at === own}
        onClick={() => onChoose(own)}
        className={clsx(
          'truncate rounded-sm text-left font-mono text-sm font-semibold hover:underline',
          changed ? 'text-fault' : 'text-strong',
        )}
      >
        {flag.key}
      </button>
      <span className="truncate text-muted max-md:order-last max-md:col-span-2">
        {flag.purpose}
      </span>
      <FlagShare view={view} className="max-md:order-last max-md:col-span-2" />
      <span className="text-muted max-md:hidden">{plural(flag.users.length, 'user')}</span>
      <FlagSwitch view={view} />
    </li>
  );
}
