import type { CallFailure, CallOutcome } from '@faultline/chassis';
import { z } from 'zod';
import type { GeneratorOptions } from './generator.ts';
import type { PlannedJourney, PlannedRequest } from './plan.ts';

/** More requests are not kept waiting: they are dropped and counted. */
const MOST_IN_FLIGHT = 500;
/** A customer waits so long for an answer, milliseconds. */
const PATIENCE_MS = 5_000;

const ignored = z.unknown();

/** The requests under way. */
export interface Flight {
  size(): number;
  send(journey: PlannedJourney, request: PlannedRequest, correlationId: string): void;
  /** Resolves when all that are under way are answered. */
  landed(): Promise<void>;
}

/**
 * Creates an empty sky.
 *
 * @param repeats how often customers repeat at once what failed
 */
export function createFlight(options: GeneratorOptions, repeats: () => number): Flight {
  const { chassis, events } = options;
  const ask = createAsking(options);
  const airborne = new Set<Promise<void>>();

  /** Sends a request, and as often as customers repeat what failed: the same, without a pause. */
  async function insist(
    journey: PlannedJourney,
    request: PlannedRequest,
    correlationId: string,
  ): Promise<void> {
    const idempotencyKey = chassis.ids.next();
    for (let sent = 0; ; sent++) {
      events.requestSent(journey.journey);
      const outcome = await ask(journey, request, { correlationId, idempotencyKey });
      if (outcome.kind !== 'failed' || sent >= repeats()) return;
      events.requestRepeated(journey.journey);
    }
  }

  return {
    size: () => airborne.size,
    send(journey, request, correlationId) {
      if (airborne.size >= MOST_IN_FLIGHT) {
        events.requestDropped(journey.journey);
        return;
      }
      const flying = insist(journey, request, correlationId)
        .catch((error: unknown) => chassis.log.error({ err: error }, 'request failed to be sent'))
        .finally(() => airborne.delete(flying));
      airborne.add(flying);
    },
    async landed() {
      await Promise.all(airborne);
    },
  };
}

type Ask = (
  journey: PlannedJourney,
  request: PlannedRequest,
  ids: { correlationId: string; idempotencyKey: string },
) => Promise<CallOutcome<unknown>>;

/** Sends a request once, as its customer. */
function createAsking({ chassis, edge, customers, events }: GeneratorOptions): Ask {
  /** Each request is a trace of its own; the correlation id holds the journey together. */
  async function ask(
    { journey }: PlannedJourney,
    request: PlannedRequest,
    { correlationId, idempotencyKey }: { correlationId: string; idempotencyKey: string },
  ): Promise<CallOutcome<unknown>> {
    const { operation, customer } = request;
    const outcome: CallOutcome<unknown> = await chassis.withContext(
      { correlationId, deadlineMs: PATIENCE_MS, operation: `${journey}: ${operation}` },
      async () => {
        const token = await tokenOf(customer);
        const answer =
          typeof token === 'object' ? token : await send(request, token, idempotencyKey);
        if (answer.kind === 'failed') chassis.telemetry.failed(answer.detail);
        return answer;
      },
    );
    const refused = outcome.kind === 'refused' && outcome.status === 401;
    if (refused && customer !== undefined) customers?.forget(customer);
    events.requestAnswered(journey, outcome);
    return outcome;
  }

  function send(
    { operation, method, path, query, body }: PlannedRequest,
    token: string | undefined,
    idempotencyKey: string,
  ): Promise<CallOutcome<unknown>> {
    return edge.call({
      operation,
      method,
      path,
      response: ignored,
      // A customer is no service: who is not logged in shows nothing.
      authorization: token === undefined ? null : `Bearer ${token}`,
      ...(query ? { query } : {}),
      ...(method === 'POST' ? { body, idempotencyKey } : {}),
    });
  }

  /** The customer's token, or why the request is not sent: who cannot log in cannot order. */
  async function tokenOf(customer: string | undefined): Promise<string | CallFailure | undefined> {
    if (customer === undefined) return undefined;
    try {
      return await customers?.tokenOf(customer);
    } catch (error) {
      const detail = `${customer} cannot log in: ${(error as Error).message}`;
      return { kind: 'failed', reason: 'connection', maybeReceived: false, attempts: 0, detail };
    }
  }

  return ask;
}
