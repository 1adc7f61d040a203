import type { LaunchProgress } from '@faultline/server/contract';
import { Check, Circle, LoaderCircle, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatDuration } from '@/lib/format.ts';

/** Every part of a launch with its state; what images do while they are fetched has its own line. */
export function ProgressList({ progress }: { progress: readonly LaunchProgress[] }) {
  return (
    <ol className="min-h-0 overflow-auto px-4 py-2">
      {progress.map((line) => (
        <ProgressLine key={line.part} line={line} />
      ))}
    </ol>
  );
}

const ICONS: Readonly<Record<LaunchProgress['state'], ReactNode>> = {
  waiting: <Circle size={14} className="text-faint" />,
  starting: <LoaderCircle size={14} className="animate-spin text-accent" />,
  ready: <Check size={14} className="text-ok" />,
  failed: <X size={14} className="text-bad" />,
};

function ProgressLine({ line }: { line: LaunchProgress }) {
  // Names of images and steps of a build do not fit beside the part's name.
  const apart = line.part === 'images' && line.state === 'starting';
  return (
    <li className="py-1.5">
      <div className="flex h-5 items-center gap-2.5">
        <span role="img" aria-label={line.state}>
          {ICONS[line.state]}
        </span>
        <span className="font-medium text-strong">{line.part}</span>
        <span className="min-w-0 flex-1 truncate text-muted" title={line.detail}>
          {apart ? '' : line.detail}
        </span>
        <span className="text-faint tabular-nums">
          {line.state === 'waiting' ? '' : formatDuration(line.elapsedMs)}
        </span>
      </div>
      {apart && (
        <p
          data-testid="images-step"
          className="mt-1 ml-6 line-clamp-3 rounded-sm bg-sunken px-2 py-1 font-mono text-xs wrap-anywhere text-muted"
        >
          {line.detail}
        </p>
      )}
    </li>
  );
}
