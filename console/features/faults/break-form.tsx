'use client';
import type { Fault, FaultKindView, FaultLimitsView } from '@faultline/server/contract';
import clsx from 'clsx';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { formatLink, formatSetting, plural } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useFaultLimits, useFaults } from '@/lib/queries.ts';
import { useAction } from '@/lib/use-action.ts';
import { FaultFields, Select } from './fault-fields.tsx';
import { faultRequest, initialValues, type FieldValue, type Selector } from './form-model.ts';

const TTLS = [15, 30, 60, 120, 300, 900] as const;
/** Headings of the kinds, by the first word of their names. */
const FAMILIES: Readonly<Record<string, string>> = {
  network: 'Network',
  http: 'Single requests',
  process: 'Process',
  application: 'Inside the service',
  events: 'Events',
  identity: 'Identity',
  load: 'Load',
};

/** Kinds as buttons, their fields, one button that breaks for a set time. */
export function BreakForm({
  kinds,
  selectorOf,
  hits,
}: {
  kinds: readonly FaultKindView[];
  /** What the fault hits, in the form the chosen kind wants; null while nothing is chosen. */
  selectorOf: (kind: FaultKindView) => Selector | null;
  /** What breaking will do to whom, in one sentence. */
  hits: ReactNode;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [values, setValues] = useState<Readonly<Record<string, Record<string, FieldValue>>>>({});
  const [wantedSeconds, setTtlSeconds] = useState(60);
  const latched = useFaults().data?.latched ?? false;
  const limits = useFaultLimits().data;
  const ttlSeconds = Math.min(wantedSeconds, Math.max(...ttlsWithin(limits)));
  const { run, busy, error, reset } = useAction<Fault>();
  const kind = kinds.find((candidate) => candidate.kind === chosen) ?? kinds[0];
  const undo = useAction();
  if (!kind) return <p className="text-muted">No kind of fault fits here.</p>;
  const current = values[kind.kind] ?? initialValues(kind);
  const selector = selectorOf(kind);
  const request = selector === null ? null : faultRequest(kind, selector, current, ttlSeconds);
  const breakIt = () => {
    if (request === null) return;
    run(actions.addFault(request), {
      failed: `Could not add ${kind.title.toLowerCase()}`,
      invalidate: [queryKeys.faults],
      done: (fault) => ({
        tone: 'fault',
        text: `${titleOf(fault)} for ${formatSetting(ttlSeconds * 1000)}`,
        undo: {
          label: 'Clear',
          run: () =>
            undo.run(actions.clearFault(fault.id), { failed: 'Could not clear the fault' }),
        },
      }),
    });
  };
  return (
    <div>
      <KindButtons
        kinds={kinds}
        chosen={kind.kind}
        onChoose={(next) => {
          setChosen(next);
          reset();
        }}
      />
      <FaultFields
        kind={kind}
        values={current}
        onChange={(name, value) =>
          setValues((all) => ({ ...all, [kind.kind]: { ...current, [name]: value } }))
        }
      />
      <div className="mt-3.5 flex gap-2">
        <Button
          tone="fault"
          className="min-w-0 flex-1"
          busy={busy}
          disabled={request === null || latched}
          onClick={breakIt}
          data-testid="break"
        >
          Break for {formatSetting(ttlSeconds * 1000)}
        </Button>
        <Select
          label="How long"
          value={String(ttlSeconds)}
          choices={ttlsWithin(limits).map((seconds) => ({
            value: String(seconds),
            title: formatSetting(seconds * 1000),
          }))}
          onChange={(value) => setTtlSeconds(Number(value))}
        />
        {request !== null && <CopyAs action={actions.addFault(request)} />}
      </div>
      {error !== null && (
        <p role="alert" className="mt-2 text-sm text-bad">
          {errorDetail(error)}
        </p>
      )}
      <p className="mt-2 text-xs text-faint">
        {latched ? 'Stopped: release the stop to break again. ' : ''}
        {kind.summary.replace(/\.$/, '')}. {hits} Ends by itself.
        {limits && limitsLine(limits) !== '' && ` In this lab: ${limitsLine(limits)}.`}
      </p>
    </div>
  );
}

function KindButtons({
  kinds,
  chosen,
  onChoose,
}: {
  kinds: readonly FaultKindView[];
  chosen: string;
  onChoose: (kind: string) => void;
}) {
  return (
    <div role="radiogroup" aria-label="Kind of fault" className="flex flex-col gap-2">
      {[...Map.groupBy(kinds, familyOf)].map(([family, members]) => (
        <div key={family}>
          <p className="mb-1 text-sm text-faint">{family}</p>
          <div className="grid grid-cols-3 gap-1.5">
            {members.map((kind) => (
              <button
                key={kind.kind}
                type="button"
                role="radio"
                aria-checked={kind.kind === chosen}
                title={kind.summary}
                data-testid={`kind-${kind.kind}`}
                onClick={() => onChoose(kind.kind)}
                className={clsx(
                  'h-7 truncate rounded-md border px-1.5',
                  kind.kind === chosen
                    ? 'border-fault text-fault'
                    : 'border-line-strong text-normal hover:bg-hover hover:text-strong',
                )}
              >
                {kind.title}
              </button>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

/** Heading of a kind: `Network` for `network.latency`. */
function familyOf({ kind }: FaultKindView): string {
  const [family = kind] = kind.split('.');
  return FAMILIES[family] ?? family;
}

/** Where a fault is, for people. */
function titleOf({ summary, target }: Fault): string {
  return target.selector === '' ? summary : `${summary} on ${formatLink(target.selector)}`;
}

/** Times to choose from; the longest that there may be if all of them are longer. */
function ttlsWithin(limits: FaultLimitsView | undefined): readonly number[] {
  const most = limits?.durationSeconds ?? Infinity;
  const within = TTLS.filter((seconds) => seconds <= most);
  return within.length > 0 ? within : [most];
}

/** What the lab does not let anybody break; empty where there are no limits. */
function limitsLine({ targets, protected: names }: FaultLimitsView): string {
  const most = targets === null ? [] : [`at most ${plural(targets, 'instance')} at a time`];
  const never = names.length === 0 ? [] : [`never ${names.join(', ')}`];
  return [...most, ...never].join(', ');
}
