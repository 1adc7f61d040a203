import {
  breakersSchema,
  fastCallsSchema,
  logPageSchema,
  metricSeriesSchema,
  redSnapshotSchema,
  sagaPageSchema,
} from '@faultline/collector/contract';
import type { Fleet } from '@faultline/fleet';
import type { InvariantReport } from '../invariants/check.ts';
import type { Sight } from './model.ts';
import { createHttpSight, type HttpSightParts } from './sight/http.ts';
import { readSagas } from './sight/sagas.ts';

/** Asks the collector; the answer's body, as it came. Throws when it refuses or does not answer. */
export interface CollectorQuestions {
  get(path: string, query: URLSearchParams): Promise<unknown>;
}

/** What a sight is made of. */
export interface SightParts extends Omit<HttpSightParts, 'fleet'> {
  collector: CollectorQuestions;
  fleet: Pick<Fleet, 'status' | 'directUrl'>;
  topics: Sight['topics'];
  invariants(): Promise<InvariantReport>;
}

/** Creates what probes look at: the collector, the fleet and the services themselves. */
export function createSight(parts: SightParts): Sight {
  const { collector, fleet } = parts;
  return {
    async red(windowMs) {
      const window = new URLSearchParams({ window: seconds(windowMs) });
      return redSnapshotSchema.parse(await collector.get('/api/red', window));
    },
    async breakers() {
      const answer = await collector.get('/api/breakers', new URLSearchParams());
      return breakersSchema.parse(answer).breakers;
    },
    sagas: (query) =>
      readSagas(query, async (search) =>
        sagaPageSchema.parse(await collector.get('/api/sagas', search)),
      ),
    async logs(query) {
      return logPageSchema.parse(await collector.get('/api/logs', searchOf(query)));
    },
    async metrics({ labels = {}, ...query }) {
      const search = searchOf(query);
      for (const [name, value] of Object.entries(labels)) search.set(`label.${name}`, value);
      return metricSeriesSchema.parse(await collector.get('/api/metrics', search));
    },
    async fasterThan({ windowMs, ...query }) {
      const search = searchOf({ ...query, window: seconds(windowMs) });
      return fastCallsSchema.parse(await collector.get('/api/red/faster', search));
    },
    fleet: () => fleet.status(),
    topics: () => parts.topics(),
    invariants: () => parts.invariants(),
    http: createHttpSight(parts),
  };
}

function seconds(windowMs: number): string {
  return `${Math.ceil(windowMs / 1000)}s`;
}

/** A query string of the fields that are given. */
function searchOf(query: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search;
}
