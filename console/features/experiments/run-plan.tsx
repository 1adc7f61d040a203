'use client';
import type { VariantView } from '@faultline/server/contract';
import clsx from 'clsx';
import { Check, Circle, CircleDot, Minus, X, Zap } from 'lucide-react';
import { useServerNow } from '@/components/relative-time.tsx';
import { formatDuration, formatSetting } from '@/lib/format.ts';
import { elapsedOf, phasesOf, stepDepth, type PhaseProgress } from './run-progress.ts';
import { readable } from './value-words.ts';

type Step = VariantView['steps'][number];

/** Everything a variant does, in order: what is over, what is going on, what comes. */
export function RunPlan({ variant }: { variant: VariantView }) {
  const now = useServerNow(500);
  const elapsedMs = elapsedOf(variant, now);
  return (
    <ol aria-label={`Plan of ${variant.name}`} className="flex flex-col">
      {phasesOf(variant, elapsedMs).map((phase) => (
        <li key={phase.phase}>
          <PhaseLine phase={phase} />
          {phase.phase === 'method' && (
            <ol className="mb-1">
              {variant.steps.map((step) => (
                <StepLine key={step.path} step={step} elapsedMs={elapsedMs} />
              ))}
            </ol>
          )}
        </li>
      ))}
    </ol>
  );
}

function PhaseLine({ phase: { phase, words, state, tookMs } }: { phase: PhaseProgress }) {
  return (
    <div
      data-testid={`run-phase-${phase}`}
      data-state={state}
      aria-current={state === 'running' ? 'step' : undefined}
      className="grid grid-cols-[15px_minmax(0,1fr)_auto] items-center gap-x-2.5 py-1"
    >
      <StateMark state={state} />
      <span className={clsx(state === 'waiting' ? 'text-faint' : 'text-strong')}>{words}</span>
      <Took ms={tookMs} />
    </div>
  );
}

function StepLine({ step, elapsedMs }: { step: Step; elapsedMs: number }) {
  const { path, kind, title, state, startedMs, endedMs, detail, atMostMs } = step;
  const tookMs = startedMs === null ? null : Math.max(0, (endedMs ?? elapsedMs) - startedMs);
  const below =
    detail !== ''
      ? detail
      : atMostMs > 0 && state !== 'done'
        ? `at most ${formatSetting(atMostMs)}`
        : '';
  return (
    <li
      data-testid={`run-step-${path}`}
      data-state={state}
      aria-current={state === 'running' ? 'step' : undefined}
      className={clsx(
        'grid grid-cols-[15px_minmax(0,1fr)_auto] gap-x-2.5 border-l py-1 pl-3',
        state === 'running' ? 'border-accent bg-accent-soft' : 'border-line',
      )}
      style={{ marginLeft: 7 + stepDepth(path) * 14 }}
    >
      <span className="pt-0.5">
        {kind === 'inject' && state !== 'failed' && state !== 'waiting' ? (
          <Zap size={14} aria-label={state} className="text-fault" />
        ) : (
          <StateMark state={state} />
        )}
      </span>
      <span className="min-w-0">
        <span className={clsx('block', state === 'waiting' ? 'text-muted' : 'text-strong')}>
          {readable(title)}
        </span>
        {below !== '' && (
          <span className={clsx('block text-sm', state === 'failed' ? 'text-bad' : 'text-faint')}>
            {readable(below)}
          </span>
        )}
      </span>
      <Took ms={tookMs} />
    </li>
  );
}

function Took({ ms }: { ms: number | null }) {
  return (
    <span className="pt-0.5 text-right font-mono text-sm text-muted tabular-nums">
      {ms === null ? '' : ms < SHORT_MS ? '0 s' : formatDuration(ms)}
    </span>
  );
}
/** Below this a step took no time that a person would name. */
const SHORT_MS = 50;

function StateMark({ state }: { state: Step['state'] }) {
  const shared = { size: 14, 'aria-label': state } as const;
  switch (state) {
    case 'waiting':
      return <Circle {...shared} className="text-line-strong" />;
    case 'running':
      return <CircleDot {...shared} className="text-accent" />;
    case 'done':
      return <Check {...shared} className="text-ok" />;
    case 'failed':
      return <X {...shared} className="text-bad" />;
    case 'stopped':
      return <Minus {...shared} className="text-warn" />;
  }
}
