import type { Instance } from '@faultline/server/contract';

/** What a dot can stand for: an instance's state, or a health. */
export type DotState = Instance['state'] | 'ok' | 'warn' | 'bad' | 'idle';

/** A dot whose shape says the same as its colour, for those who do not see colours. */
export function HealthDot({ state, title }: { state: DotState; title?: string }) {
  return (
    <svg
      width={9}
      height={9}
      viewBox="0 0 9 9"
      role="img"
      aria-label={title ?? state}
      className="inline-block shrink-0"
    >
      <title>{title ?? state}</title>
      {SHAPES[state]}
    </svg>
  );
}

const dot = (fill: string) => <circle cx={4.5} cy={4.5} r={3.2} fill={fill} />;
const ring = (stroke: string) => (
  <circle cx={4.5} cy={4.5} r={2.8} fill="none" stroke={stroke} strokeWidth={1.4} />
);
const bars = <path d="M2.6 1.6v5.8M6.4 1.6v5.8" stroke="var(--fault)" strokeWidth={2} />;
const cross = <path d="M1.8 1.8l5.4 5.4M7.2 1.8L1.8 7.2" stroke="var(--bad)" strokeWidth={2} />;
const triangle = <path d="M4.5 1l3.8 6.8H.7z" fill="var(--warn)" />;

const SHAPES: Readonly<Record<DotState, React.ReactNode>> = {
  ready: dot('var(--ok)'),
  ok: dot('var(--ok)'),
  starting: ring('var(--accent)'),
  paused: bars,
  crashed: cross,
  bad: cross,
  warn: triangle,
  stopped: ring('var(--text-faint)'),
  idle: ring('var(--text-faint)'),
};
