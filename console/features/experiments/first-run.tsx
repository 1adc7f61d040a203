'use client';
import type { ExperimentSummary } from '@faultline/server/contract';
import { Play } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { formatMinutes } from '@/lib/format.ts';
import { openExperiment } from './places.ts';
import { useStartRun } from './use-start-run.ts';

/** For somebody who has never run an experiment: one that is short, what it shows, one button. */
export function FirstRun({ experiment }: { experiment: ExperimentSummary }) {
  const { name, title, description, variants, aboutMs } = experiment;
  const { start, busy, refused } = useStartRun();
  return (
    <section
      aria-label="New here?"
      data-testid="first-run"
      className="flex flex-wrap items-center gap-x-6 gap-y-3 border-b border-line bg-raised px-3.5 py-4"
    >
      <div className="min-w-0 flex-1 basis-90">
        <p className="mb-0.5 text-sm font-medium text-accent">New here? Run this one</p>
        <h2 className="text-lg font-semibold text-strong">{title}</h2>
        <p className="mt-1 max-w-[72ch] text-muted">
          {description !== '' && `${description} `}
          The fleet is broken on purpose,{' '}
          {variants.length === 2 ? 'twice' : `${variants.length} times`}: once with the pattern that
          should help and once without it. Then you see both side by side, and everything is put
          back.
        </p>
      </div>
      <div className="flex flex-col items-start gap-1.5">
        <span className="flex gap-2">
          <Button
            tone="accent"
            icon={<Play size={12} aria-hidden />}
            busy={busy}
            disabled={refused !== null}
            onClick={() => start(name)}
            data-testid="run-first"
          >
            Run it
          </Button>
          <Button onClick={() => openExperiment(name)}>What it does</Button>
        </span>
        <span className="text-sm text-faint">
          {refused ?? `About ${formatMinutes(aboutMs)}, and you can stop it at any time`}
        </span>
      </div>
    </section>
  );
}
