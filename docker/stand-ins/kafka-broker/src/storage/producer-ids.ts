import type { Journal } from './journal.ts';

const KEY = 'producer-ids';
/** Ids set aside with one write; what a crash leaves unused is skipped. */
const BLOCK = 1000;

/** Hands out producer ids, each only once, over restarts too. */
export interface ProducerIds {
  /** @throws the file system's error */
  next(): number;
}

/** Continues after the last block that the journal knows. */
export function createProducerIds(journal: Journal): ProducerIds {
  let nextId = Number(journal.get(KEY) ?? 0);
  let blockEnd = nextId;
  return {
    next() {
      if (nextId === blockEnd) {
        journal.set([[KEY, String(blockEnd + BLOCK)]]);
        blockEnd += BLOCK;
      }
      nextId += 1;
      return nextId - 1;
    },
  };
}
