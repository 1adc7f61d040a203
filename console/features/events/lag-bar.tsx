import clsx from 'clsx';
import type { TopicGroup } from '@faultline/server/contract';
import { formatCount } from '@/lib/format.ts';
import { drainWords, type LagTone } from './lag-words.ts';

const BAR: Readonly<Record<LagTone, string>> = {
  ok: 'bg-ok',
  plain: 'bg-p50',
  warn: 'bg-warn',
  bad: 'bg-bad',
  muted: 'bg-faint',
};
const TEXT: Readonly<Record<LagTone, string>> = {
  ok: 'text-ok',
  plain: 'text-normal',
  warn: 'text-warn',
  bad: 'text-bad',
  muted: 'text-muted',
};

/** Lag as a number and a bar. Each tenfold lag is one step longer: one, ten, a hundred, a thousand. */
export function LagBar({ of }: { of: Pick<TopicGroup, 'lag' | 'state' | 'drainMs'> }) {
  const { tone } = drainWords(of);
  const share = of.lag === 0 ? 0 : Math.min(1, (Math.log10(of.lag) + 1) / 6);
  return (
    <span className="inline-flex items-center gap-2 tabular-nums">
      <span className={clsx('min-w-8 text-right', of.lag === 0 ? 'text-muted' : TEXT[tone])}>
        {formatCount(of.lag)}
      </span>
      <i aria-hidden className="h-1.5 w-16 overflow-hidden rounded-full bg-hover max-md:w-8">
        <i
          className={clsx('block h-full rounded-full', BAR[tone])}
          style={{ width: `${share * 100}%` }}
        />
      </i>
    </span>
  );
}

/** When all will be read. */
export function DrainWords({ of }: { of: Pick<TopicGroup, 'state' | 'drainMs'> }) {
  const { text, tone, title } = drainWords(of);
  return (
    <span className={clsx('whitespace-nowrap', TEXT[tone])} title={title}>
      {tone === 'bad' ? '■ ' : tone === 'warn' ? '▲ ' : ''}
      {text}
    </span>
  );
}
