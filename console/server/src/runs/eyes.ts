import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import {
  countEvents,
  createEffectPort,
  createSight,
  type LabPorts,
  type ProbeRegistry,
  type ProbeTls,
  type Sight,
} from '@faultline/scenarios';
import { text } from 'node:stream/consumers';
import type { CollectorClient } from '../collector/client.ts';
import type { TopicControl } from '../events/topics.ts';
import { createCustomers } from './customers.ts';
import { abortable } from './ports/abortable.ts';

/** What is looked through. */
export interface EyeParts {
  fleet: Fleet;
  clock: Clock;
  probes: ProbeRegistry;
  topics: Pick<TopicControl, 'overview'>;
  collector: Pick<CollectorClient, 'get'>;
  invariants: LabPorts['invariants'];
}

/** The ports of a run that measure, and move nothing. */
export type Eyes = Pick<LabPorts, 'measure' | 'sight' | 'invariants' | 'effects'>;

/** The service whose certificate probes show: it may call most of the others. */
const SHOWN_AS = 'gateway';

/** Creates what runs measure with: collector, broker, fleet and services, asked straight. */
export function createEyes(parts: EyeParts): Eyes {
  const { clock, probes, invariants } = parts;
  const sight = createSightOf(parts);
  return {
    invariants,
    async measure(probe, span, signal) {
      const kind = probes.kind(probe.probe);
      if (!kind) throw new TypeError(`no probe is called ${probe.probe}`);
      return abortable(kind.measure(probe, span, sight(signal)), signal);
    },
    async sight({ event, attributes, service }, span, signal) {
      const filter = { event, attributes, ...(service === null ? {} : { service }) };
      const { count, firstAt } = await abortable(countEvents(filter, span, sight(signal)), signal);
      return { count, firstAt };
    },
    effects: createEffectPort({ clock, sight }),
  };
}

function createSightOf(parts: EyeParts): (signal: AbortSignal) => Sight {
  const { fleet, clock, topics, collector, invariants } = parts;
  const logIn = createCustomers(fleet, clock);
  return (signal) =>
    createSight({
      ...{ clock, fleet, logIn, signal },
      tls: () => tlsOf(fleet),
      invariants: () => invariants(signal),
      collector: {
        async get(path, query) {
          const { status, body } = await collector.get(path, query);
          const answer = await text(body);
          if (status === 200) return JSON.parse(answer) as unknown;
          throw new Error(`the collector answered ${status} on ${path}: ${answer.slice(0, 200)}`);
        },
      },
      async topics() {
        const look = await topics.overview();
        return look.topics.map(({ name, groups, deadLetters }) => ({
          topic: name,
          lag: groups.reduce((sum, { lag }) => sum + lag, 0),
          groups: groups.map(({ group, lag }) => ({ group, lag })),
          deadLetters: deadLetters?.waiting ?? 0,
        }));
      },
    });
}

/** Null where nobody issues certificates. */
async function tlsOf(fleet: Fleet): Promise<ProbeTls | null> {
  const instances = fleet.status().services.find(({ name }) => name === SHOWN_AS)?.instances;
  const [shown] = instances ?? [];
  const tls = shown ? ((await fleet.workloadOf(shown.id))?.tls ?? null) : null;
  if (!tls) return null;
  const { authorities, certificate, privateKey } = tls;
  return { authorities, client: { certificate, privateKey } };
}
