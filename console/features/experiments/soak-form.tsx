'use client';
import type { Run, StartSoak } from '@faultline/server/contract';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Toggle } from '@/components/toggle.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { plural } from '@/lib/format.ts';
import { useAllPolicies, useFaultKinds, useFleet } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { soakWords } from './commands.ts';
import { PageHeader } from './page-header.tsx';
import { openRun } from './places.ts';
import { soakPatterns } from './soak-patterns.ts';

const FIELD =
  'h-7 rounded-md border border-line-strong bg-raised px-2 text-normal tabular-nums focus:border-accent';
interface SoakFields {
  minutes: number;
  seed: string;
  rps: number;
  atOnce: number;
  kinds: readonly string[];
  off: readonly string[];
  shrink: boolean;
}

const START: SoakFields = {
  ...{ minutes: 5, seed: '', rps: 40, atOnce: 2 },
  ...{ kinds: [], off: [], shrink: true },
};

/** Random faults for a while, then the invariants: what is drawn, and what is left off meanwhile. */
export function SoakForm() {
  const [fields, setFields] = useState(START);
  const set = (change: Partial<SoakFields>) => setFields((current) => ({ ...current, ...change }));
  const kinds = useFaultKinds().data ?? [];
  const fleet = useFleet().data;
  const policies = useAllPolicies().data;
  const patterns = policies === undefined ? [] : soakPatterns(policies);
  const { run, busy, error } = useAction<Run>();
  const soak = soakOf(fields);
  const action = actions.startSoak(soak, soakWords(soak));
  const ready = fleet?.state === 'ready';
  return (
    <div className="h-full overflow-auto px-4 py-4 md:px-5">
      <PageHeader
        title="Soak: random faults by a seed, invariants at the end"
        below={
          <p className="mt-1 max-w-[72ch] text-muted">
            Faults are drawn for the time you set; the same seed draws the same ones. If an
            invariant is broken, the schedule is shrunk to the fewest faults that still break it.
          </p>
        }
      />
      <form
        className="grid max-w-180 gap-x-6 gap-y-4 md:grid-cols-[9rem_minmax(0,1fr)] md:items-baseline"
        onSubmit={(event) => {
          event.preventDefault();
          run(action, {
            failed: 'Could not start the soak',
            invalidate: [queryKeys.runs()],
            done: (started) => {
              openRun(started.id);
              return { tone: 'fault', text: `Soak with seed ${started.seed}` };
            },
          });
        }}
      >
        <Numbers fields={fields} set={set} />
        <Choices
          title="Kinds of faults"
          about={
            fields.kinds.length === 0
              ? 'all that can be drawn'
              : plural(fields.kinds.length, 'kind')
          }
          choices={kinds.map(({ kind, title }) => ({ value: kind, title }))}
          chosen={fields.kinds}
          onChange={(next) => set({ kinds: next })}
        />
        <Choices
          title="Patterns off"
          about={fields.off.length === 0 ? 'none: the fleet is intact' : 'a violation is expected'}
          choices={patterns}
          chosen={fields.off}
          onChange={(off) => set({ off })}
        />
        <span className="text-muted">After a violation</span>
        <label className="flex items-center gap-2">
          <Toggle
            label="Shrink the schedule"
            checked={fields.shrink}
            onChange={(shrink) => set({ shrink })}
          />
          Look for the smallest schedule that breaks it
        </label>
        <span />
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" tone="fault" busy={busy} disabled={!ready} data-testid="start-soak">
            Soak for {fields.minutes} min
          </Button>
          <CopyAs action={action} />
          {!ready && (
            <span className="text-sm text-warn">The fleet is {fleet?.state ?? 'unknown'}.</span>
          )}
          {error !== null && (
            <p role="alert" className="w-full text-sm text-bad">
              {errorDetail(error)}
            </p>
          )}
        </div>
      </form>
    </div>
  );
}

/** Body of `POST /api/soaks`; what stays at its default is left out. */
function soakOf({ minutes, seed, rps, atOnce, kinds, off, shrink }: SoakFields): StartSoak {
  return {
    durationSeconds: minutes * 60,
    ...(seed.trim() === '' ? {} : { seed: Number(seed) }),
    rps,
    atOnce,
    ...(kinds.length === 0 ? {} : { kinds: [...kinds] }),
    ...(off.length === 0 ? {} : { off: [...off] }),
    ...(shrink ? {} : { shrink }),
  };
}

function Numbers({
  fields: { minutes, seed, rps, atOnce },
  set,
}: {
  fields: SoakFields;
  set: (change: Partial<SoakFields>) => void;
}) {
  return (
    <>
      <Labelled title="Length" unit="min">
        <input
          type="number"
          min={1}
          max={1440}
          required
          value={minutes}
          onChange={(event) => set({ minutes: Number(event.target.value) })}
          className={`${FIELD} w-20`}
        />
      </Labelled>
      <Labelled title="Seed" unit="empty: one is drawn">
        <input
          type="number"
          step={1}
          value={seed}
          placeholder="any"
          onChange={(event) => set({ seed: event.target.value })}
          className={`${FIELD} w-28`}
        />
      </Labelled>
      <Labelled title="Load" unit="requests/s">
        <input
          type="number"
          min={1}
          max={500}
          required
          value={rps}
          onChange={(event) => set({ rps: Number(event.target.value) })}
          className={`${FIELD} w-20`}
        />
      </Labelled>
      <Labelled title="At the same time" unit="faults at most">
        <input
          type="number"
          min={1}
          max={10}
          required
          value={atOnce}
          onChange={(event) => set({ atOnce: Number(event.target.value) })}
          className={`${FIELD} w-20`}
        />
      </Labelled>
    </>
  );
}

function Labelled({ title, unit, children }: { title: string; unit: string; children: ReactNode }) {
  return (
    <label className="contents">
      <span className="text-muted">{title}</span>
      <span className="flex items-center gap-2">
        {children}
        <span className="text-faint">{unit}</span>
      </span>
    </label>
  );
}

function Choices({
  title,
  about,
  choices,
  chosen,
  onChange,
}: {
  title: string;
  about: string;
  choices: readonly { value: string; title: string }[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}) {
  return (
    <fieldset className="contents">
      <legend className="float-left text-muted">{title}</legend>
      <div>
        <p className="mb-1.5 text-faint">{about}</p>
        <div className="flex flex-wrap gap-1.5">
          {choices.map(({ value, title: name }) => (
            <Button
              key={value}
              size="small"
              pressed={chosen.includes(value)}
              title={value}
              onClick={() =>
                onChange(
                  chosen.includes(value)
                    ? chosen.filter((each) => each !== value)
                    : [...chosen, value],
                )
              }
            >
              {name}
            </Button>
          ))}
        </div>
      </div>
    </fieldset>
  );
}
