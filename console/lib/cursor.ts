import { createStore } from './store.ts';

/** The moment under the pointer, epoch milliseconds, shared by every chart of the page; null: none. */
export const cursor = createStore<number | null>(null);
