import type { CollectorStreamEvent } from '@faultline/collector/contract';

type SagasEvent = Extract<CollectorStreamEvent, { event: 'sagas' }>;

/** Most sagas that a new client of the live stream is told of at once. */
const MAXIMUM_SAGAS = 200;

/** What the collector said last, for clients of the live stream that come later. */
export interface CollectorSnapshot {
  remember(event: CollectorStreamEvent): void;
  /** The state as a list of events; `sagas` has the newest ones, not only the last change. */
  events(): CollectorStreamEvent[];
  forget(): void;
}

/** Creates an empty snapshot. */
export function createCollectorSnapshot(): CollectorSnapshot {
  const latest = new Map<string, CollectorStreamEvent>();
  const sagas = new Map<string, SagasEvent['data']['changed'][number]>();

  const rememberSagas = ({ data }: SagasEvent) => {
    for (const saga of data.changed) {
      // Deleting first moves it to the end: the map is in order of change.
      sagas.delete(saga.id);
      sagas.set(saga.id, saga);
    }
    for (const id of sagas.keys()) {
      if (sagas.size <= MAXIMUM_SAGAS) break;
      sagas.delete(id);
    }
    const changed = [...sagas.values()].reverse();
    latest.set('sagas', { event: 'sagas', data: { counts: data.counts, changed } });
  };

  return {
    remember(event) {
      if (event.event === 'sagas') rememberSagas(event);
      else if (event.event !== 'happened') latest.set(event.event, event);
    },
    events: () => [...latest.values()],
    forget() {
      latest.clear();
      sagas.clear();
    },
  };
}
