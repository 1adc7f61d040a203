import type { Verdict } from '@faultline/server/contract';
import { CircleCheck, CircleDashed, CircleHelp, CircleX, TriangleAlert } from 'lucide-react';
import clsx from 'clsx';
import { claimWords, resultWords, variantName, type VariantResult } from './variant-words.ts';

/** A verdict as a shape in its colour. */
export function VerdictMark({ verdict, size = 14 }: { verdict: Verdict | null; size?: number }) {
  const shared = { size, 'aria-hidden': true } as const;
  if (verdict === null) return <CircleDashed {...shared} className="shrink-0 text-faint" />;
  if (verdict === 'holds') return <CircleCheck {...shared} className="shrink-0 text-ok" />;
  if (verdict === 'fails') return <CircleX {...shared} className="shrink-0 text-bad" />;
  return <CircleHelp {...shared} className="shrink-0 text-warn" />;
}

/** One variant and what it last came to, in a line. */
export function VariantLine({ name, result }: { name: string; result: VariantResult }) {
  const words = resultWords(result);
  const surprising = result.asClaimed === false && result.verdict !== 'inconclusive';
  return (
    <span title={`${variantName(name)}: ${words}`} className="flex min-w-0 items-center gap-1.5">
      <VerdictMark verdict={result.verdict} size={13} />
      <span className="min-w-0 truncate text-muted">{name}</span>
      <span
        className={clsx('shrink-0 whitespace-nowrap', surprising ? 'text-warn' : 'text-normal')}
      >
        {surprising && <TriangleAlert size={12} aria-hidden className="mr-1 inline" />}
        {result.verdict === null
          ? result.expect === null
            ? 'not run'
            : `should ${result.expect === 'holds' ? 'hold' : 'fail'}`
          : words.toLowerCase()}
      </span>
    </span>
  );
}

/** Whether a run showed what its document claims: shape, colour and words. */
export function ClaimMark({ verdict, asClaimed }: { verdict: Verdict; asClaimed: boolean }) {
  const words = claimWords({ verdict, asClaimed });
  const tone = asClaimed ? 'text-ok' : verdict === 'inconclusive' ? 'text-warn' : 'text-bad';
  return (
    <span className={clsx('inline-flex items-center gap-1.5 whitespace-nowrap', tone)}>
      {asClaimed ? <CircleCheck size={13} aria-hidden /> : <TriangleAlert size={13} aria-hidden />}
      {words}
    </span>
  );
}
