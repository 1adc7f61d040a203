import type { VariantView } from '@faultline/server/contract';
import { formatValue } from './value-words.ts';
import { PHASE_WORDS } from './run-progress.ts';

/** One line of what happened in a variant. */
export interface TailLine {
  key: string;
  /** Since the variant began. */
  atMs: number;
  /** `ours`: what the run did. */
  side: 'ours' | 'theirs';
  tone: 'plain' | 'ok' | 'warn' | 'bad';
  text: string;
}

/** Everything that was done and seen in a variant, the newest first. */
export function tailOf(variant: VariantView): TailLine[] {
  const lines = [
    ...variant.phases.map(({ phase, fromMs }) => ours(fromMs, PHASE_WORDS[phase])),
    ...variant.steps.flatMap(stepLines),
    ...variant.faults.flatMap((fault) => [
      ours(fault.fromMs, `${fault.title} begins`),
      ...(fault.toMs === null ? [] : [ours(fault.toMs, `${fault.title} ended`)]),
    ]),
    ...variant.marks.map((mark): Line => ({
      atMs: mark.atMs,
      side: mark.side,
      tone: mark.severity === 'info' ? 'plain' : mark.severity,
      text: mark.title,
    })),
    ...variant.checks.flatMap((check) =>
      check.decisions.map((decision): Line => {
        const held = decision.outcome === 'held';
        return {
          atMs: decision.atMs,
          side: 'theirs',
          tone: held ? 'ok' : decision.outcome === 'broken' ? 'bad' : 'warn',
          text: decision.detail || `${check.title}: ${formatValue(decision.value, check.unit)}`,
        };
      }),
    ),
  ];
  return lines
    .map((line, index) => ({ ...line, key: `${line.atMs} ${index}` }))
    .sort((a, b) => b.atMs - a.atMs);
}

type Line = Omit<TailLine, 'key'>;

function ours(atMs: number, text: string): Line {
  return { atMs, side: 'ours', tone: 'plain', text };
}

function stepLines(step: VariantView['steps'][number]): Line[] {
  const { startedMs, endedMs, title, detail, state } = step;
  if (startedMs === null) return [];
  const end = endedMs === null || (state === 'done' && detail === '') ? [] : [endedMs];
  return [
    ours(startedMs, title),
    ...end.map((atMs): Line => ({
      atMs,
      side: 'ours',
      tone: state === 'failed' ? 'bad' : state === 'stopped' ? 'warn' : 'plain',
      text: `${title}: ${detail || state}`,
    })),
  ];
}
