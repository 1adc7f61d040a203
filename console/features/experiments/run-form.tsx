'use client';
import type { ExperimentView } from '@faultline/server/contract';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { errorDetail } from '@/lib/api.ts';
import { formatMinutes, formatSetting } from '@/lib/format.ts';
import { list, number } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { startAction, useStartRun } from './use-start-run.ts';
import { readable } from './value-words.ts';
import { VariantStroke } from './variant-stroke.tsx';
import { resultWords, variantName, verdictTone } from './variant-words.ts';

const TEXT = { ok: 'text-ok', bad: 'text-bad', warn: 'text-warn', idle: 'text-faint' } as const;

/** The variants with what each changes and came to last; which of them to run, by what seed. */
export function RunForm({ experiment }: { experiment: ExperimentView }) {
  const { name, valid, plan, aboutMs, atMostMs } = experiment;
  const [only, setOnly] = useUrlState('only', list);
  const [seed, setSeed] = useUrlState('seed', number);
  const [typed, setTyped] = useState(seed === null ? '' : String(seed));
  const names = experiment.variants.map((variant) => variant.name);
  const chosen = only.length === 0 ? names : names.filter((each) => only.includes(each));
  const choice = { variants: chosen.length === names.length ? [] : chosen, seed };
  const { start, busy, refused, error } = useStartRun();
  const run = () => start(name, choice);
  useKeys(
    [{ keys: 'r', label: 'Run', group: 'This page', run }],
    valid && refused === null && !busy,
  );
  const toggle = (each: string) => {
    const next = chosen.includes(each) ? chosen.filter((kept) => kept !== each) : [...chosen, each];
    if (next.length > 0)
      setOnly(next.length === names.length ? [] : names.filter((one) => next.includes(one)));
  };
  return (
    <div>
      <Variants experiment={experiment} chosen={chosen} onToggle={toggle} />
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button
          tone="accent"
          icon={<Play size={12} aria-hidden />}
          busy={busy}
          disabled={!valid || refused !== null}
          title={refused ?? 'r'}
          onClick={run}
          data-testid="run-experiment"
        >
          {chosen.length === names.length ? 'Run' : `Run ${chosen.length} of ${names.length}`}
        </Button>
        <label className="flex items-center gap-2 text-muted">
          Seed
          <input
            type="number"
            step={1}
            value={typed}
            placeholder={plan === null ? 'of the document' : String(plan.seed)}
            onChange={(event) => {
              setTyped(event.target.value);
              setSeed(number.read(event.target.value));
            }}
            className="h-7 w-24 rounded-md border border-line-strong bg-raised px-2 text-normal tabular-nums placeholder:text-faint"
          />
        </label>
        <CopyAs action={startAction(name, choice)} document={experiment.document} />
        <span className="text-sm text-faint">
          About {formatMinutes(aboutMs)} for all variants, {formatSetting(atMostMs)} at most
        </span>
      </div>
      {refused !== null && <p className="mt-2 text-sm text-warn">{refused}.</p>}
      {error !== null && (
        <p role="alert" className="mt-2 text-sm text-bad">
          {errorDetail(error)}
        </p>
      )}
    </div>
  );
}

function Variants({
  experiment: { variants, plan, last },
  chosen,
  onToggle,
}: {
  experiment: ExperimentView;
  chosen: readonly string[];
  onToggle: (name: string) => void;
}) {
  return (
    <ul>
      {variants.map(({ name, expect }, index) => {
        const changes = plan?.variants.find((variant) => variant.name === name)?.changes ?? [];
        const result = last?.variants.find((variant) => variant.name === name);
        return (
          <li key={name} data-testid={`variant-${name}`} className="border-b border-line">
            <label
              htmlFor={`run-${name}`}
              className="grid grid-cols-[16px_18px_minmax(0,1fr)_auto] items-baseline gap-x-2.5 py-2"
            >
              <input
                id={`run-${name}`}
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={() => onToggle(name)}
                className="translate-y-0.5 accent-[var(--accent)]"
              />
              <VariantStroke index={index} className="-translate-y-1" />
              <span className="min-w-0">
                <b className="font-semibold text-strong">{variantName(name)}</b>{' '}
                <span className="text-muted">
                  {expect !== null && `should ${expect === 'holds' ? 'hold' : 'fail'}`}
                </span>
                <span className="block text-sm text-faint">
                  {changes.length === 0 ? 'Everything as it is' : readable(changes.join(', '))}
                </span>
              </span>
              <span className={TEXT[verdictTone(result?.verdict ?? null)]}>
                {resultWords({
                  expect,
                  verdict: result?.verdict ?? null,
                  asClaimed: result?.asClaimed ?? null,
                })}
              </span>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
