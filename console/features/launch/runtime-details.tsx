'use client';
import type { Runtime } from '@faultline/server/contract';
import clsx from 'clsx';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge, type ChipTone } from '@/components/chip.tsx';
import { imagesSummary } from './runtime-words.ts';

/** What to know before launching on a runtime: why not, what may go wrong, what must be fetched. */
export function RuntimeDetails({ runtime }: { runtime: Runtime }) {
  const { problem, warnings, images } = runtime;
  return (
    <div aria-live="polite">
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {images.length > 0 && <Images images={images} />}
    </div>
  );
}

const ACTIONS: Readonly<Record<Runtime['images'][number]['action'], ChipTone>> = {
  build: 'accent',
  pull: 'accent',
  present: 'plain',
};

function Images({ images }: { images: Runtime['images'] }) {
  return (
    <section aria-label="Images" className="mt-3.5">
      <h3 className="mb-1 flex items-baseline justify-between gap-2 text-xs font-semibold tracking-[.04em] text-faint uppercase">
        Images
        <span className="font-normal tracking-normal normal-case">{imagesSummary(images)}</span>
      </h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {images.map(({ name, action }) => (
          <li key={name} className="flex h-8 items-center gap-2 px-2.5">
            <span className="min-w-0 flex-1 truncate font-mono text-sm" title={name}>
              {name}
            </span>
            <Badge tone={ACTIONS[action]}>{action}</Badge>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A sentence that must not be missed; the sign says the same as the colour. */
export function Notice({ tone, children }: { tone: 'warn' | 'bad'; children: ReactNode }) {
  const Icon = tone === 'bad' ? CircleAlert : TriangleAlert;
  return (
    <p
      role={tone === 'bad' ? 'alert' : undefined}
      className={clsx(
        'mt-3 flex gap-2 rounded-md px-2.5 py-2 whitespace-pre-wrap',
        tone === 'bad' ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn',
      )}
    >
      <Icon size={14} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
