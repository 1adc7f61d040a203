import type { Runtime } from '@faultline/server/contract';
import clsx from 'clsx';
import { Check, X } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { Badge } from '@/components/chip.tsx';
import { formatBytes, formatPercent, plural } from '@/lib/format.ts';
import { RuntimeIcon } from './runtime-icon.tsx';
import { memoryShare, RUNTIME_ABOUT, RUNTIME_NAMES } from './runtime-words.ts';

/** One runtime to choose: what it is, whether it can be had here, and what a launch takes. */
export function RuntimeCard({ runtime, inUse }: { runtime: Runtime; inUse: boolean }) {
  const { kind, available, engine } = runtime;
  return (
    <RadioGroup.Item
      value={kind}
      aria-label={RUNTIME_NAMES[kind]}
      aria-describedby={`runtime-${kind}`}
      data-testid={`runtime-${kind}`}
      className="group flex flex-col rounded-lg border border-line-strong bg-surface p-3.5 text-left transition-colors duration-100 hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
    >
      <span className="flex w-full items-center gap-2">
        <RuntimeIcon kind={kind} className="shrink-0 text-muted" />
        <span className="text-lg font-semibold text-strong">{RUNTIME_NAMES[kind]}</span>
        {inUse && <Badge tone="ok">in use</Badge>}
        <span className="flex-1" />
        <i
          aria-hidden
          className="grid size-4 place-items-center rounded-full border border-line-strong group-data-[state=checked]:border-accent"
        >
          <i className="size-2 rounded-full group-data-[state=checked]:bg-accent" />
        </i>
      </span>
      <span id={`runtime-${kind}`} className="flex w-full flex-1 flex-col">
        <span className="mt-1.5 text-muted">{RUNTIME_ABOUT[kind]}</span>
        <span className="mt-auto pt-3">
          <span className={clsx('flex items-start gap-1.5', available ? 'text-ok' : 'text-bad')}>
            {available ? (
              <Check size={14} aria-hidden className="mt-0.5 shrink-0" />
            ) : (
              <X size={14} aria-hidden className="mt-0.5 shrink-0" />
            )}
            {availability(runtime)}
          </span>
          {engine && (
            <span className="block pl-5 text-sm text-muted">
              API {engine.apiVersion} · {engine.operatingSystem} ·{' '}
              <span className="whitespace-nowrap">{plural(engine.cpus, 'CPU')}</span>
            </span>
          )}
        </span>
        <Footprint runtime={runtime} />
      </span>
    </RadioGroup.Item>
  );
}

function availability({ kind, available, engine }: Runtime): string {
  if (!available) return engine ? `Docker Engine ${engine.version}, not usable` : 'Not available';
  return kind === 'docker' && engine ? `Docker Engine ${engine.version}` : 'Available';
}

const BAR = { plain: 'bg-accent', warn: 'bg-warn', bad: 'bg-bad' } as const;

/** Estimated memory, beside what the engine has where it tells. */
function Footprint({ runtime }: { runtime: Runtime }) {
  const share = memoryShare(runtime);
  const needed = formatBytes(runtime.footprintBytes);
  return (
    <span className="mt-2.5 block text-sm">
      <span className="flex justify-between gap-2">
        <span className="text-muted">Memory, estimated</span>
        <span className="text-strong tabular-nums">
          {needed}
          {runtime.engine && (
            <span className="text-muted"> of {formatBytes(runtime.engine.memoryBytes)}</span>
          )}
        </span>
      </span>
      {share && (
        <span
          title={`${formatPercent(share.ratio)} of the engine’s memory`}
          className="mt-1 block h-1 overflow-hidden rounded-full bg-line"
        >
          <span
            className={clsx('block h-full', BAR[share.tone])}
            style={{ width: `${Math.min(100, share.ratio * 100)}%` }}
          />
        </span>
      )}
    </span>
  );
}
