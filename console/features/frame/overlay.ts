import { createStore } from '@/lib/store.ts';

/** What lies over the page, at most one at a time. */
export type Overlay = 'palette' | 'keys' | 'launch' | null;

/** See {@link Overlay}. */
export const overlay = createStore<Overlay>(null);

/** Opens one; opening the open one closes it. */
export function openOverlay(which: Exclude<Overlay, null>): void {
  overlay.set((current) => (current === which ? null : which));
}
