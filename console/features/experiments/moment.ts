import type { VariantView } from '@faultline/server/contract';
import { cursor } from '../../lib/cursor.ts';
import { createStore } from '../../lib/store.ts';

/** The moment under the pointer, milliseconds since a variant began, shared by the charts of a run. */
export const moment = createStore<number | null>(null);

/** Points at a moment; the time strip follows in the time of the variant that is shown. */
export function pointAt(ms: number | null, variant: VariantView | undefined): void {
  moment.set(ms);
  const began = variant?.startedAt ?? null;
  cursor.set(ms === null || began === null ? null : began + ms);
}
