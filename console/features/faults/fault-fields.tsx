'use client';
import type { FaultField, FaultKindView } from '@faultline/server/contract';
import { RangeSlider } from '@/components/range-slider.tsx';
import { Toggle } from '@/components/toggle.tsx';
import {
  formatField,
  isNumeric,
  positionOf,
  SLIDER_STEPS,
  valueAt,
  type FieldValue,
} from './form-model.ts';

/** The fields of a kind: sliders, choices and switches, made from the registry. */
export function FaultFields({
  kind,
  values,
  onChange,
}: {
  kind: FaultKindView;
  values: Readonly<Record<string, FieldValue>>;
  onChange: (name: string, value: FieldValue) => void;
}) {
  if (kind.fields.length === 0) return null;
  return (
    <div className="mt-3 grid grid-cols-[fit-content(132px)_1fr_64px] items-center gap-x-2 gap-y-2">
      {kind.fields.map((field) => (
        <FieldRow
          key={field.name}
          field={field}
          value={values[field.name] ?? 0}
          onChange={(value) => onChange(field.name, value)}
        />
      ))}
    </div>
  );
}

function FieldRow({
  field,
  value,
  onChange,
}: {
  field: FaultField;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
}) {
  const label = (
    <span className="truncate text-muted" title={field.description}>
      {field.title}
    </span>
  );
  if (isNumeric(field) && typeof value === 'number') {
    return (
      <>
        {label}
        <RangeSlider
          label={field.title}
          tone="fault"
          min={0}
          max={SLIDER_STEPS}
          step={1}
          value={positionOf(field, value)}
          onChange={(position) => onChange(valueAt(field, position))}
          valueText={formatField(field, value)}
        />
        <b className="text-right font-semibold whitespace-nowrap text-strong tabular-nums">
          {formatField(field, value)}
        </b>
      </>
    );
  }
  return (
    <>
      {label}
      <span className="col-span-2 flex justify-end">
        {field.type === 'boolean' ? (
          <Toggle label={field.title} checked={value === true} onChange={onChange} />
        ) : field.type === 'text' ? (
          <input
            aria-label={field.title}
            value={String(value)}
            onChange={(event) => onChange(event.target.value)}
            className="h-7 w-full min-w-0 rounded-md border border-line-strong bg-raised px-2 text-normal"
          />
        ) : (
          <Select
            label={field.title}
            value={String(value)}
            choices={field.choices}
            onChange={onChange}
          />
        )}
      </span>
    </>
  );
}

/** A small native select: works everywhere, also by keyboard and touch. */
export function Select({
  label,
  value,
  choices,
  onChange,
  className = '',
}: {
  label: string;
  value: string;
  choices: readonly (string | { value: string; title: string })[];
  onChange: (value: string) => void;
  className?: string;
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={`h-7 max-w-full min-w-0 rounded-md border border-line-strong bg-raised px-2 text-normal hover:bg-hover ${className}`}
    >
      {choices.map((choice) => {
        const { value: each, title } =
          typeof choice === 'string' ? { value: choice, title: choice } : choice;
        return (
          <option key={each} value={each}>
            {title}
          </option>
        );
      })}
    </select>
  );
}
