import type { Clock } from '@faultline/chassis/core';
import type { EffectPort } from '../engine/ports.ts';
import { movedBetween } from './effect/judge.ts';
import { lookAt } from './effect/look.ts';
import { BASELINE_S } from './effect/measures.ts';
import type { Sight } from './model.ts';

/** What the port needs. */
export interface EffectParts {
  clock: Clock;
  /** A sight that gives up with `signal`. */
  sight: (signal: AbortSignal) => Sight;
}

/** Most sentences of one answer. */
const MOST_SENTENCES = 3;

/**
 * Creates the port that tells whether a fault had an effect: the numbers of the ten seconds before
 * against those of the span, by the thresholds of `effect/measures.ts`.
 */
export function createEffectPort({ clock, sight }: EffectParts): EffectPort {
  return {
    async before(target, signal) {
      const to = clock.now();
      const span = { from: to - BASELINE_S * 1000, to };
      return { values: await lookAt(target, span, sight(signal)) };
    },
    async seen(target, baseline, span, signal) {
      const after = await lookAt(target, span, sight(signal));
      const seconds = Math.max(1, (span.to - span.from) / 1000);
      const moved = movedBetween(baseline.values, after, seconds);
      if (moved.length === 0) {
        return { seen: false, detail: `nothing that ${target.kind} moves has moved` };
      }
      const rest = moved.length - MOST_SENTENCES;
      const more = rest > 0 ? [`${rest} more`] : [];
      return { seen: true, detail: [...moved.slice(0, MOST_SENTENCES), ...more].join('; ') };
    },
  };
}
