'use client';
import type { FaultKindView } from '@faultline/server/contract';
import { useState } from 'react';
import { Section } from '@/components/panel.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { formatLink } from '@/lib/format.ts';
import { useFaultKinds, useFleet } from '@/lib/queries.ts';
import { choice } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { BreakForm } from './break-form.tsx';
import { Select } from './fault-fields.tsx';
import { fitsLine, lineSelector, type Selector } from './form-model.ts';

const ABOUT = choice('line', 'instance', 'lab');

/** Any kind of fault on any target. */
export function AddFault() {
  const kinds = useFaultKinds();
  const fleet = useFleet().data;
  const [about, setAbout] = useUrlState('about', ABOUT);
  const [target, setTarget] = useState('');
  if (kinds.error && !kinds.data) {
    return (
      <ErrorState
        what="The kinds of faults could not be loaded"
        error={kinds.error}
        onRetry={() => void kinds.refetch()}
      />
    );
  }
  if (!kinds.data || !fleet) {
    return (
      <Section title="Add a fault">
        <Skeleton className="h-40 w-full" />
      </Section>
    );
  }
  const targets =
    about === 'line'
      ? fleet.links.map((link) => ({ value: link.name, title: formatLink(link.name) }))
      : [
          ...fleet.services.map((part) => ({
            value: `service ${part.name}`,
            title: `${part.name}, every instance`,
          })),
          ...fleet.services.flatMap((part) =>
            part.instances.map((instance) => ({ value: instance.id, title: instance.id })),
          ),
        ];
  const value = targets.some((option) => option.value === target)
    ? target
    : (targets[0]?.value ?? '');
  const line = about === 'line' && fleet.links.find(({ name }) => name === value);
  return (
    <Section title="Add a fault">
      <div className="mb-3 flex gap-2">
        <Select
          label="What to break"
          value={about}
          choices={[
            { value: 'line', title: 'A line' },
            { value: 'instance', title: 'A service' },
            { value: 'lab', title: 'Load, broker or identity' },
          ]}
          onChange={(next) => setAbout(next === 'instance' || next === 'lab' ? next : 'line')}
        />
        {about !== 'lab' && (
          <Select
            label="Which one"
            className="flex-1"
            value={value}
            choices={targets}
            onChange={setTarget}
          />
        )}
      </div>
      <BreakForm
        key={about}
        kinds={kinds.data.filter((kind) => (line ? fitsLine(kind, line) : aboutOf(kind) === about))}
        selectorOf={(kind) => (value === '' ? null : selectorFor(kind, value))}
        hits={
          about === 'lab'
            ? 'Hits the one part of the lab that the fault is about.'
            : `Hits ${formatLink(value.replace('service ', 'every instance of '))}.`
        }
      />
    </Section>
  );
}

function aboutOf({ selects }: FaultKindView): 'line' | 'instance' | 'lab' {
  if (selects === 'link' || selects === 'links') return 'line';
  return selects === 'instance' ? 'instance' : 'lab';
}

function selectorFor(kind: FaultKindView, value: string): Selector {
  if (aboutOf(kind) === 'lab') return {};
  if (aboutOf(kind) === 'line') return lineSelector(kind, value);
  return value.startsWith('service ')
    ? { service: value.slice('service '.length) }
    : { instance: value };
}
