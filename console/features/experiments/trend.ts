import type { RunSummary } from '@faultline/server/contract';
import type { VariantResult } from './variant-words.ts';

/** The results of one variant over its runs, oldest first. */
export interface Trend {
  variant: string;
  results: { runId: string; at: number; result: VariantResult }[];
}

/** Ended runs of one experiment (newest first, as the API gives them) by variant. */
export function trendOf(runs: readonly RunSummary[], most = 24): Trend[] {
  const trends = new Map<string, Trend>();
  const ended = runs.filter(({ state }) => state === 'ended').slice(0, most);
  for (const run of ended.toReversed()) {
    for (const { name, ...result } of run.variants) {
      if (result.verdict === null) continue;
      const trend = trends.get(name) ?? { variant: name, results: [] };
      trend.results.push({ runId: run.id, at: run.endedAt ?? run.queuedAt, result });
      trends.set(name, trend);
    }
  }
  return [...trends.values()];
}
