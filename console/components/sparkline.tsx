import { sparklinePath } from './sparkline-path.ts';

/** A tiny line without axes. `null` values are gaps. The lowest value drawn is never above `floor`. */
export function Sparkline({
  values,
  width,
  height,
  floor = 0,
  colour = 'var(--text-faint)',
  label,
}: {
  values: readonly (number | null)[];
  width: number;
  height: number;
  floor?: number;
  colour?: string;
  /** For readers; without it the line is decoration beside its number. */
  label?: string;
}) {
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path
        d={sparklinePath(values, width, height, floor)}
        fill="none"
        stroke={colour}
        strokeWidth={1.2}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
