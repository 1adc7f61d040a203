import {
  problem,
  type CallFailure,
  type Chassis,
  type ForwardOutcome,
  type ForwardRequest,
} from '@faultline/chassis';

/** Nobody outside has the shop work for longer than this, milliseconds. */
const LONGEST_BUDGET_MS = 5_000;

/** Hands requests from outside to a gateway, and its answers back as they are. */
export interface FrontDoor {
  /** @throws ProblemError 503 or 504 when no gateway answers */
  pass(request: ForwardRequest): Promise<Extract<ForwardOutcome, { kind: 'answered' }>>;
}

/** Creates the front door over the link to the gateways. */
export function createFrontDoor(
  chassis: Pick<Chassis, 'link' | 'context' | 'withContext' | 'telemetry'>,
): FrontDoor {
  const gateway = chassis.link('gateway');

  async function forward(request: ForwardRequest): Promise<ForwardOutcome> {
    const context = chassis.context();
    const leftMs = context?.deadlineLeftMs() ?? Infinity;
    if (!context || !Number.isFinite(leftMs) || leftMs <= LONGEST_BUDGET_MS) {
      return gateway.forward(request);
    }
    const traceparent = chassis.telemetry.traceparent();
    const { correlationId } = context;
    const seed = { correlationId, deadlineMs: LONGEST_BUDGET_MS, operation: 'shorten budget' };
    return chassis.withContext({ ...seed, ...(traceparent ? { traceparent } : {}) }, () =>
      gateway.forward(request),
    );
  }

  return {
    async pass(request) {
      const outcome = await forward(request);
      if (outcome.kind === 'answered') return outcome;
      throw toProblem(outcome);
    },
  };
}

function toProblem({ reason }: CallFailure): Error {
  const late = reason === 'timeout' || reason === 'deadline';
  return late
    ? problem(504, 'gateway-timeout', 'No gateway answered in time.')
    : problem(503, 'gateway-unavailable', `No gateway can answer: ${reason}.`);
}
