'use client';
import type { Policies } from '@faultline/server/contract';
import { Button } from '@/components/button.tsx';
import { Badge } from '@/components/chip.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { PatternHistory } from './pattern-history.tsx';

/** Mutual TLS between services: one switch for the whole fleet. */
export function MtlsPanel({ policies, onClose }: { policies: Policies; onClose: () => void }) {
  const { on, initial } = policies.mtls;
  const pattern = policies.patterns.find(({ name }) => name === 'mtls');
  const { run, busy, error } = useAction();
  const toggle = () =>
    run(actions.setMtls(!on), {
      failed: 'Could not switch mutual TLS',
      invalidate: [queryKeys.policies, queryKeys.audit()],
      done: () => ({ tone: 'fault', topic: 'mtls', text: `Mutual TLS ${on ? 'off' : 'on'}` }),
    });
  return (
    <Panel kind={`Security · ${pattern?.row ?? ''}`} title="Mutual TLS" onClose={onClose}>
      <Section tone={on === initial ? 'plain' : 'fault'}>
        <p>{pattern?.purpose}.</p>
        <div className="mt-3 flex items-center gap-2.5">
          <Badge tone={on === initial ? 'plain' : 'fault'} data-testid="pattern-state">
            {on ? 'on' : 'off'}
          </Badge>
          <span className="text-sm text-faint">{initial ? 'on' : 'off'} at launch</span>
          <span className="flex-1" />
          <Button
            tone={on ? 'fault' : 'accent'}
            busy={busy}
            data-testid="pattern-switch"
            onClick={toggle}
          >
            {on ? 'Switch off' : 'Switch on'}
          </Button>
        </div>
        <p className="mt-2.5 text-muted">
          <span className="text-fault">{on ? 'Switched off: ' : 'While it is off: '}</span>
          {pattern?.whenOff}.
        </p>
        {!on && (
          <p className="mt-1.5 text-muted">
            Switched on: callers show their certificate, and whoever has none is refused at once.
          </p>
        )}
        {error && (
          <p role="alert" className="mt-2 text-bad">
            {errorDetail(error)}
          </p>
        )}
        <div className="mt-3">
          <CopyAs action={actions.setMtls(!on)} />
        </div>
      </Section>
      <PatternHistory target={{ name: 'mtls' }} />
    </Panel>
  );
}
