import clsx from 'clsx';
import { variantLine } from './variant-words.ts';

/** The colour and dashes of a variant, as its lines in charts have them. @param index its position in the run */
export function VariantStroke({
  index,
  widthPx = 18,
  className,
}: {
  index: number;
  widthPx?: number;
  className?: string;
}) {
  const { colour, dash } = variantLine(index);
  return (
    <svg width={widthPx} height={4} aria-hidden className={clsx('shrink-0', className)}>
      <line
        x1={0}
        x2={widthPx}
        y1={2}
        y2={2}
        stroke={colour}
        strokeWidth={2}
        strokeDasharray={dash}
      />
    </svg>
  );
}
