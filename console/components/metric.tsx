import clsx from 'clsx';
import type { ReactNode } from 'react';
import type { Quantity } from '@/lib/format.ts';

/** Colour of a number by what it means. */
export type MetricTone = 'strong' | 'warn' | 'bad' | 'muted';

const TONES: Readonly<Record<MetricTone, string>> = {
  strong: 'text-strong',
  warn: 'text-warn',
  bad: 'text-bad',
  muted: 'text-muted',
};

/** A large number under its label, with its unit small and the count behind it on hover. */
export function Metric({
  label,
  quantity,
  tone = 'strong',
  title,
  door,
}: {
  label: string;
  quantity: Quantity;
  tone?: MetricTone;
  /** Hover text: the count behind a ratio, the window. */
  title?: string;
  /** A link around the number: the list behind it. */
  door?: (number: ReactNode) => ReactNode;
}) {
  const number = <Num quantity={quantity} tone={tone} />;
  return (
    <div title={title} className="min-w-0">
      <div className="mb-0.5 text-xs text-faint">{label}</div>
      {door ? door(number) : number}
    </div>
  );
}

/** A number with its unit. */
export function Num({
  quantity,
  tone = 'strong',
  size = 'large',
}: {
  quantity: Quantity;
  tone?: MetricTone;
  size?: 'large' | 'text';
}) {
  return (
    <span className="whitespace-nowrap">
      <span
        className={clsx(
          'tabular-nums',
          size === 'large' && 'text-xl leading-none font-semibold tracking-[-.02em]',
          TONES[tone],
        )}
      >
        {quantity.value}
      </span>
      {quantity.unit !== '' && (
        <span className={clsx('text-muted', size === 'large' ? 'ml-0.5 text-sm' : 'ml-1')}>
          {quantity.unit}
        </span>
      )}
    </span>
  );
}
