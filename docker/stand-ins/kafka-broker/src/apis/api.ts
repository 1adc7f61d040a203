import type { Clock } from '@faultline/chassis/core';
import type { Logger } from 'pino';
import type { CommittedOffsets } from '../groups/committed-offsets.ts';
import type { Groups } from '../groups/groups.ts';
import type { BrokerSettings } from '../options.ts';
import type { ProducerIds } from '../storage/producer-ids.ts';
import type { Topics } from '../storage/topics.ts';
import { MalformedRequest } from '../wire/malformed.ts';
import type { WireReader } from '../wire/reader.ts';
import type { WireWriter } from '../wire/writer.ts';

/** What the APIs work on. */
export interface BrokerState {
  readonly settings: BrokerSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly topics: Topics;
  readonly groups: Groups;
  readonly offsets: CommittedOffsets;
  readonly producerIds: ProducerIds;
  readonly clusterId: string;
  /** The one node of the cluster, as clients shall reach it. */
  readonly node: { id: number; host: string; port: number };
}

/** One request on its way: who sent it, and on what it works. */
export interface Call {
  readonly state: BrokerState;
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Aborts when the connection is gone or the broker closes. */
  readonly signal: AbortSignal;
}

/** The request wants no answer: Produce with acks 0. */
export const NO_ANSWER = Symbol('no answer');
/** The protocol has no way to report this failure but to close the connection. */
export const HANG_UP = Symbol('hang up');

/** A response that only lacks its frame, or what else to do. */
export type Answer = ((writer: WireWriter) => void) | typeof NO_ANSWER | typeof HANG_UP;

/** An API of the protocol, as the registry holds it. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields (KIP-482). */
  readonly flexibleFrom: number;
  /** Reads the request and does it. @throws MalformedRequest */
  answer(reader: WireReader, call: Call): Answer | Promise<Answer>;
}

/** An API in its three steps. `decode` and `encode` follow the grammar at the head of their file. */
export interface ApiDefinition<Request, Response> {
  key: number;
  name: string;
  minVersion: number;
  maxVersion: number;
  flexibleFrom: number;
  decode(reader: WireReader, version: number): Request;
  handle(
    request: Request,
    call: Call,
  ): Response | typeof NO_ANSWER | typeof HANG_UP | Promise<Response>;
  encode(writer: WireWriter, response: Response, version: number): void;
}

/** Puts the three steps together. */
export function defineApi<Request, Response>(definition: ApiDefinition<Request, Response>): Api {
  const { key, name, minVersion, maxVersion, flexibleFrom } = definition;
  type Settled = Response | typeof NO_ANSWER | typeof HANG_UP;
  const finish = (settled: Settled, { version }: Call): Answer => {
    if (settled === NO_ANSWER) return NO_ANSWER;
    if (settled === HANG_UP) return HANG_UP;
    return (writer) => definition.encode(writer, settled, version);
  };
  return {
    key,
    name,
    minVersion,
    maxVersion,
    flexibleFrom,
    answer(reader, call) {
      const request = definition.decode(reader, call.version);
      if (reader.remaining > 0) {
        throw new MalformedRequest(`${reader.remaining} bytes after a ${name} request`);
      }
      const response = definition.handle(request, call);
      if (response instanceof Promise) return response.then((value) => finish(value, call));
      return finish(response, call);
    },
  };
}
