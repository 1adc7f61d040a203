import type { BatchHead } from '../records/batch.ts';

/** Batches remembered per producer; a client has at most this many in flight (KIP-98). */
const REMEMBERED_BATCHES = 5;
/** Producers remembered per partition; the one that wrote longest ago is forgotten first. */
const REMEMBERED_PRODUCERS = 4096;
const SEQUENCES = 2 ** 31;

interface RememberedBatch {
  firstSequence: number;
  lastSequence: number;
  baseOffset: number;
}

interface ProducerState {
  epoch: number;
  batches: RememberedBatch[];
}

/** What to do with a batch of an idempotent producer. */
export type SequenceVerdict =
  | { kind: 'next' }
  | { kind: 'duplicate'; baseOffset: number }
  | { kind: 'gap'; expected: number }
  | { kind: 'fenced'; currentEpoch: number };

/** The producers of one partition, as a snapshot file holds them. */
export type ProducerSnapshot = [producerId: number, state: ProducerState][];

/**
 * Recognises what an idempotent producer sends twice, or out of order, in one partition. The rules
 * are those of Apache Kafka (KIP-98, KIP-360): a known batch is a duplicate, the next sequence is
 * taken, a new epoch begins at sequence 0, and a producer never seen before may begin anywhere,
 * because its earlier batches may have been deleted.
 */
export interface ProducerStates {
  judge(head: BatchHead): SequenceVerdict;
  /** Remembers a batch that was appended at `baseOffset`. */
  remember(head: BatchHead, baseOffset: number): void;
  snapshot(): ProducerSnapshot;
}

/** Starts from `snapshot`, or from nothing. */
export function createProducerStates(snapshot: ProducerSnapshot = []): ProducerStates {
  const producers = new Map<number, ProducerState>(snapshot);

  return {
    judge(head) {
      const state = producers.get(head.producerId);
      const last = state?.batches.at(-1);
      if (head.producerId < 0 || !state || !last) return { kind: 'next' };
      if (head.producerEpoch < state.epoch) return { kind: 'fenced', currentEpoch: state.epoch };
      if (head.producerEpoch > state.epoch) {
        return head.baseSequence === 0 ? { kind: 'next' } : { kind: 'gap', expected: 0 };
      }
      const lastSequence = lastSequenceOf(head);
      const known = state.batches.find(
        (batch) => batch.firstSequence === head.baseSequence && batch.lastSequence === lastSequence,
      );
      if (known) return { kind: 'duplicate', baseOffset: known.baseOffset };
      const expected = (last.lastSequence + 1) % SEQUENCES;
      return head.baseSequence === expected ? { kind: 'next' } : { kind: 'gap', expected };
    },

    remember(head, baseOffset) {
      if (head.producerId < 0) return;
      const known = producers.get(head.producerId);
      const earlier = known?.epoch === head.producerEpoch ? known.batches : [];
      const batch = {
        firstSequence: head.baseSequence,
        lastSequence: lastSequenceOf(head),
        baseOffset,
      };
      // Removed and set again, so that the map stays ordered by the last write.
      producers.delete(head.producerId);
      producers.set(head.producerId, {
        epoch: head.producerEpoch,
        batches: [...earlier, batch].slice(-REMEMBERED_BATCHES),
      });
      if (producers.size > REMEMBERED_PRODUCERS) {
        const [oldest] = producers.keys();
        if (oldest !== undefined) producers.delete(oldest);
      }
    },

    snapshot: () => [...producers],
  };
}

function lastSequenceOf(head: BatchHead): number {
  return (head.baseSequence + head.lastOffsetDelta) % SEQUENCES;
}
