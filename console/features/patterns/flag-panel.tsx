'use client';
import type { FlagView } from '@faultline/server/contract';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { plural } from '@/lib/format.ts';
import { FlagShare, FlagSwitch, useFlagChange } from './flag-controls.tsx';
import { PatternHistory } from './pattern-history.tsx';
import { isSame } from './pattern-words.ts';

/** One feature flag: who has it, and the kill switch. */
export function FlagPanel({ view, onClose }: { view: FlagView; onClose: () => void }) {
  const { flag, initial } = view;
  const { change, busy } = useFlagChange(view);
  const changed = !isSame(flag, initial);
  const { enabled, percentage, users } = flag;
  return (
    <Panel kind="Feature flag · V4" title={flag.key} onClose={onClose}>
      <Section tone={changed ? 'fault' : 'plain'}>
        <p>{flag.purpose || 'It has no description.'}</p>
        <div className="mt-3 flex items-center gap-2">
          <span className="flex-1 text-strong">
            {enabled ? 'On for those below' : 'Off for everybody'}
          </span>
          <FlagSwitch view={view} />
        </div>
        <p className="mt-1.5 text-muted">
          {enabled
            ? 'Switched off, nobody has it, whoever is named below: the kill switch.'
            : 'Switched on, those below have it again.'}
        </p>
      </Section>
      <Section
        title="Who has it"
        aside={
          changed && (
            <Button
              size="small"
              tone="ghost"
              busy={busy}
              icon={<RotateCcw size={12} />}
              onClick={() =>
                change({
                  enabled: initial.enabled,
                  percentage: initial.percentage,
                  users: initial.users,
                })
              }
            >
              As at launch
            </Button>
          )
        }
      >
        <FlagShare view={view} />
        <p className="mt-1 mb-3 text-xs text-faint">
          By a stable hash of flag and user: who has it at 10 % has it at 20 %. At launch{' '}
          {initial.percentage} %.
        </p>
        <UserList key={users.join()} view={view} />
        <div className="mt-3">
          <CopyAs action={actions.setFlag(flag.key, { enabled, percentage, users })} />
        </div>
      </Section>
      <PatternHistory target={{ name: flag.key }} />
    </Panel>
  );
}

function UserList({ view }: { view: FlagView }) {
  const { users } = view.flag;
  const { change, busy, error } = useFlagChange(view);
  const [typed, setTyped] = useState(users.join('\n'));
  const wanted = [...new Set(typed.split(/[\s,]+/).filter(Boolean))];
  const isSameList = isSame(wanted, users);
  return (
    <label className="block">
      <span className="text-muted">
        {users.length === 0 ? 'Users who always have it' : `${plural(users.length, 'user')} by id`}
      </span>
      <textarea
        rows={3}
        value={typed}
        spellCheck={false}
        placeholder="User ids, one a line"
        onChange={(event) => setTyped(event.target.value)}
        className="mt-1 w-full rounded-sm border border-line-strong bg-sunken px-2 py-1 font-mono text-sm text-strong outline-none placeholder:text-faint focus:border-accent"
      />
      {error && <p className="text-bad">{errorDetail(error)}</p>}
      {!isSameList && (
        <Button tone="fault" busy={busy} onClick={() => change({ users: wanted })}>
          Apply
        </Button>
      )}
    </label>
  );
}
