'use client';
import { RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Badge } from '@/components/chip.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { ApiError, errorDetail } from '@/lib/api.ts';
import { formatLink } from '@/lib/format.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { PatternEffects } from './pattern-effects.tsx';
import { PatternFields, readDraft, type Draft } from './pattern-fields.tsx';
import { PatternHistory } from './pattern-history.tsx';
import type { Cell, Target } from './pattern-model.ts';
import { differences, FAMILY_TITLES } from './pattern-words.ts';
import { changeAction, usePolicyChange } from './use-policy-change.ts';

/** A pattern that its link or service has. */
type Present = Extract<Cell, { state: 'on' | 'off' }>;

/** One pattern of one link or service: what it is for, its switch, its numbers, what it does now. */
export function PatternPanel({
  target,
  cell,
  onClose,
}: {
  target: Target;
  cell: Present;
  onClose: () => void;
}) {
  const { pattern } = cell;
  const href = usePageHref();
  const own = target.kind === 'link' ? { edge: target.name } : { node: target.name };
  return (
    <Panel
      kind={`${FAMILY_TITLES[pattern.family]} · ${pattern.row}`}
      title={pattern.title}
      aside={
        <Link href={href('/', own)} className="text-sm text-accent hover:underline">
          {formatLink(target.name)}
        </Link>
      }
      onClose={onClose}
    >
      <SwitchSection target={target} cell={cell} />
      <PatternEffects target={target} pattern={pattern} />
      <ParametersSection key={JSON.stringify(cell.settings)} target={target} cell={cell} />
      <PatternHistory target={target} pattern={pattern.name} />
    </Panel>
  );
}

function SwitchSection({ target, cell }: { target: Target; cell: Present }) {
  const { pattern, settings } = cell;
  const { change, busy, error } = usePolicyChange(target, pattern);
  const on = cell.state === 'on';
  return (
    <Section tone={cell.changed ? 'fault' : 'plain'}>
      <p>{pattern.purpose}.</p>
      <div className="mt-3 flex items-center gap-2.5">
        <Badge tone={on ? 'plain' : 'fault'} data-testid="pattern-state" data-state={cell.state}>
          {on ? 'on' : 'off'}
        </Badge>
        {cell.changed && <span className="text-sm text-fault">changed since the launch</span>}
        <span className="flex-1" />
        <Button
          tone={on ? 'fault' : 'accent'}
          busy={busy}
          data-testid="pattern-switch"
          onClick={() => change({ enabled: !on }, settings)}
        >
          {on ? 'Switch off' : 'Switch on'}
        </Button>
      </div>
      <p className="mt-2.5 text-muted">
        <span className="text-fault">{on ? 'Switched off: ' : 'While it is off: '}</span>
        {pattern.whenOff}.
      </p>
      <p className="mt-1 text-xs text-faint">
        Holds for every instance of {callerOf(target)} within a second, without a restart. Stop all
        puts it back.
      </p>
      {error && (
        <p role="alert" className="mt-2 text-bad">
          {errorDetail(error)}
        </p>
      )}
    </Section>
  );
}

/** The service whose instances carry the pattern. */
function callerOf({ kind, name }: Target): string {
  return kind === 'link' ? (name.split('->')[0] ?? name) : name;
}

function ParametersSection({ target, cell }: { target: Target; cell: Present }) {
  const { pattern, settings, initial } = cell;
  const { change, busy, error } = usePolicyChange(target, pattern);
  const [draft, setDraft] = useState<Draft>({});
  const read = readDraft(pattern.fields, settings, draft);
  const drafted = Object.keys(read.change).length > 0;
  const undo = differences(settings, initial);
  const apply = () => {
    if (drafted && read.isValid) change(read.change, settings);
  };
  const shown = drafted ? read.change : { enabled: cell.state !== 'on' };
  return (
    <Section
      title={pattern.fields.length > 0 ? 'Parameters' : 'Undo and copy'}
      aside={
        cell.changed && (
          <Button
            size="small"
            tone="ghost"
            icon={<RotateCcw size={12} />}
            busy={busy}
            data-testid="as-at-launch"
            onClick={() => change(undo, settings)}
          >
            As at launch
          </Button>
        )
      }
    >
      <PatternFields
        fields={pattern.fields}
        settings={settings}
        initial={initial}
        draft={draft}
        refused={error instanceof ApiError ? error.fields : []}
        onChange={setDraft}
        onCommit={apply}
      />
      {error && (
        <p role="alert" className="mt-2 text-bad">
          {errorDetail(error)}
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {drafted && (
          <Button
            tone="fault"
            busy={busy}
            disabled={!read.isValid}
            data-testid="apply"
            onClick={apply}
          >
            Apply
          </Button>
        )}
        {Object.keys(draft).length > 0 && <Button onClick={() => setDraft({})}>Discard</Button>}
        <CopyAs action={changeAction(target, pattern.name, shown)} />
      </div>
    </Section>
  );
}
