'use client';
import clsx from 'clsx';
import { Slider } from 'radix-ui';

/** A slider for one number. `onCommit` comes when the hand lets go. */
export function RangeSlider({
  label,
  value,
  min,
  max,
  step,
  onChange,
  onCommit,
  valueText,
  tone = 'accent',
  className,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  onCommit?: (value: number) => void;
  /** The value with its unit, for readers. */
  valueText: string;
  tone?: 'accent' | 'fault';
  className?: string;
}) {
  return (
    <Slider.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => onChange(next ?? min)}
      onValueCommit={([next]) => onCommit?.(next ?? min)}
      className={clsx('relative flex h-4 touch-none items-center select-none', className)}
    >
      <Slider.Track className="relative h-[3px] grow rounded-full bg-line-strong">
        <Slider.Range
          className={clsx(
            'absolute h-full rounded-full',
            tone === 'fault' ? 'bg-fault' : 'bg-accent',
          )}
        />
      </Slider.Track>
      <Slider.Thumb
        aria-label={label}
        aria-valuetext={valueText}
        className="block size-2.5 rounded-full bg-strong focus-visible:outline-offset-3"
      />
    </Slider.Root>
  );
}
