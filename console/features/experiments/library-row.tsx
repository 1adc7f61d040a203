'use client';
import type { ExperimentSummary } from '@faultline/server/contract';
import clsx from 'clsx';
import { Play, TriangleAlert } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Badge } from '@/components/chip.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { formatMinutes, formatSetting } from '@/lib/format.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { openExperiment, openRun } from './places.ts';
import { useStartRun } from './use-start-run.ts';
import { ClaimMark, VariantLine } from './verdict-mark.tsx';

/** One experiment of the library: its claim, its variants with their last results, Run. */
export function ExperimentRow({ experiment, at }: { experiment: ExperimentSummary; at: boolean }) {
  const { name, title, origin, pattern, valid, aboutMs, atMostMs, last } = experiment;
  const href = usePageHref();
  const { start, busy, refused } = useStartRun();
  return (
    <li
      data-testid={`experiment-${name}`}
      data-at={at}
      className={clsx(
        'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1.5 border-b border-line px-3.5 py-2.5 lg:grid-cols-[minmax(0,1fr)_3rem_19rem_5.5rem_4rem]',
        at ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <a
        href={href('/experiments', { experiment: name })}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          openExperiment(name);
        }}
        className="group min-w-0"
      >
        <span className="block font-medium text-strong group-hover:underline">{title}</span>
        <span className="flex flex-wrap items-center gap-x-2 text-sm text-faint">
          <span className="truncate font-mono">{name}</span>
          {origin === 'own' && <Badge tone="accent">own</Badge>}
          {pattern !== null && <span className="lg:hidden">{pattern}</span>}
          <span className="lg:hidden">{formatMinutes(aboutMs)}</span>
          {last !== null && <RelativeTime at={last.endedAt} className="lg:hidden" />}
        </span>
      </a>
      <span className="max-lg:hidden">
        {pattern !== null && <span className="text-sm text-muted tabular-nums">{pattern}</span>}
      </span>
      <span className="min-w-0 text-sm max-lg:order-last max-lg:col-span-2">
        <Results experiment={experiment} />
      </span>
      <span className="text-right text-sm text-muted tabular-nums max-lg:hidden">
        <span title={`All variants, as a rule; ${formatSetting(atMostMs)} at most`}>
          {formatMinutes(aboutMs)}
        </span>
        {last !== null && (
          <button
            type="button"
            title="Show the last run"
            onClick={() => openRun(last.runId)}
            className="block w-full rounded-sm text-right text-faint hover:text-strong hover:underline"
          >
            <RelativeTime at={last.endedAt} />
          </button>
        )}
      </span>
      <Button
        icon={<Play size={12} aria-hidden />}
        busy={busy}
        disabled={!valid || refused !== null}
        title={valid ? (refused ?? `Run every variant of ${name}`) : 'Mend the document first'}
        aria-label={`Run ${name}`}
        data-testid="run-experiment"
        onClick={() => start(name)}
        className="justify-self-end"
      >
        Run
      </Button>
    </li>
  );
}

const SHOWN = 3;

function Results({ experiment: { valid, variants, last } }: { experiment: ExperimentSummary }) {
  if (!valid) {
    return (
      <span className="flex items-center gap-1.5 text-warn">
        <TriangleAlert size={13} aria-hidden /> The document has problems
      </span>
    );
  }
  const others = variants.length - SHOWN;
  return (
    <>
      {variants.slice(0, SHOWN).map(({ name, expect }) => {
        const result = last?.variants.find((variant) => variant.name === name);
        return (
          <VariantLine
            key={name}
            name={name}
            result={{
              expect,
              verdict: result?.verdict ?? null,
              asClaimed: result?.asClaimed ?? null,
            }}
          />
        );
      })}
      {others > 0 && <span className="text-faint">and {others} more</span>}
      {last !== null && !last.outcome.asClaimed && (
        <button type="button" onClick={() => openRun(last.runId)} className="hover:underline">
          <ClaimMark {...last.outcome} />
        </button>
      )}
    </>
  );
}
