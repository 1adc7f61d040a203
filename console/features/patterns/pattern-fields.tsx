'use client';
import type { PatternField } from '@faultline/server/contract';
import { useId } from 'react';
import { Toggle } from '@/components/toggle.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import type { FieldProblem } from '@/lib/api.ts';
import {
  rangeWords,
  readField,
  valueWords,
  type FieldValue,
  type Settings,
} from './pattern-words.ts';

/** What a person typed and did not apply yet, by field. */
export type Draft = Readonly<Record<string, string>>;

/** The fields of a draft that differ from what is, and whether all of it can be applied. */
export function readDraft(
  fields: readonly PatternField[],
  settings: Settings,
  draft: Draft,
): { change: Record<string, FieldValue>; isValid: boolean } {
  const change: Record<string, FieldValue> = {};
  let isValid = true;
  for (const field of fields) {
    const typed = draft[field.name];
    if (typed === undefined) continue;
    const read = readField(field, typed);
    if ('problem' in read) isValid = false;
    else if (read.value !== settings[field.name]) change[field.name] = read.value;
  }
  return { change, isValid };
}

/** The parameters of a pattern, each with its unit, its range and its value at launch. */
export function PatternFields({
  fields,
  settings,
  initial,
  draft,
  refused,
  onChange,
  onCommit,
}: {
  fields: readonly PatternField[];
  settings: Settings;
  initial: Settings;
  draft: Draft;
  /** What the control plane found wrong. */
  refused: readonly FieldProblem[];
  onChange: (draft: Draft) => void;
  onCommit: () => void;
}) {
  return (
    <div className="flex flex-col gap-2.5">
      {fields.map((field) => {
        const value = settings[field.name] ?? '';
        const typed = draft[field.name] ?? String(value);
        const read = readField(field, typed);
        const told = refused.find((problem) => problem.field.endsWith(`.${field.name}`));
        return (
          <FieldRow
            key={field.name}
            field={field}
            typed={typed}
            isDrafted={draft[field.name] !== undefined && typed !== String(value)}
            before={initial[field.name] === value ? null : (initial[field.name] ?? null)}
            problem={'problem' in read ? read.problem : (told?.rule ?? null)}
            onType={(text) => onChange({ ...draft, [field.name]: text })}
            onCommit={onCommit}
          />
        );
      })}
    </div>
  );
}

function FieldRow({
  field,
  typed,
  isDrafted,
  before,
  problem,
  onType,
  onCommit,
}: {
  field: PatternField;
  typed: string;
  isDrafted: boolean;
  /** At launch, where it was something else. */
  before: FieldValue | null;
  problem: string | null;
  onType: (text: string) => void;
  onCommit: () => void;
}) {
  const id = useId();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_92px_26px] items-center gap-x-2">
      <label htmlFor={id}>{field.title}</label>
      {field.type === 'choice' ? (
        <Select label={field.title} value={typed} choices={field.choices} onChange={onType} />
      ) : field.type === 'boolean' ? (
        <Toggle
          label={field.title}
          checked={typed === 'true'}
          onChange={(on) => onType(String(on))}
        />
      ) : (
        <input
          id={id}
          inputMode="decimal"
          data-testid={`field-${field.name}`}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-range`}
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onCommit();
          }}
          className={`h-7 w-full rounded-sm border bg-sunken px-2 text-right text-strong tabular-nums outline-none focus:border-accent aria-invalid:border-bad ${isDrafted ? 'border-fault' : 'border-line-strong'}`}
        />
      )}
      <span className="text-xs text-faint">{field.unit}</span>
      <span
        id={`${id}-range`}
        role={problem === null ? undefined : 'alert'}
        className={`col-span-3 text-xs ${problem === null ? 'text-faint' : 'text-bad'}`}
      >
        {problem ?? rangeWords(field)}
        {before !== null && problem === null && (
          <span className="text-fault"> · {valueWords(field, before)} at launch</span>
        )}
      </span>
    </div>
  );
}
