import type { CallOutcome, Link, LinkRequest, UnaryRequest } from '@faultline/chassis';
import { z } from 'zod';
import type { SagaRecord } from './saga-record.ts';
import type { SagaStep } from './saga.ts';

/** How a step at another service ended. */
export type StepOutcome =
  | { kind: 'done' }
  /** `effect: none` proves that nothing changed there; `possible` says that nobody knows. */
  | { kind: 'failed'; code: string; detail: string; effect: 'none' | 'possible' };

/** How the undoing of a step ended. */
export type CompensationOutcome = { kind: 'done' } | { kind: 'failed'; reason: string };

/** The work of a saga that happens at other services. Each call is safe to repeat. */
export interface Fulfilment {
  perform(step: SagaStep, record: SagaRecord): Promise<StepOutcome>;
  /** Undoes the step, or sees to it that it has no effect should it arrive later. */
  compensate(step: SagaStep, record: SagaRecord): Promise<CompensationOutcome>;
}

/** Who does a step, and what is asked of them. */
interface StepDefinition {
  callee: 'inventory' | 'payments' | 'shipping';
  /** Code of the failure when nobody can be reached: `payment-unavailable`. */
  unavailable: string;
  readonly perform: (record: SagaRecord) => StepRequest;
  readonly compensate: (record: SagaRecord) => StepRequest;
}

/** Why an answer says no; undefined if it does not. */
type Refusal = { code: string; detail: string } | undefined;

/** One request over either protocol. */
type StepRequest = { http: LinkRequest<Refusal> } | { rpc: UnaryRequest<Refusal> };

const ignored = z.unknown().transform((): Refusal => undefined);

/** Of `ReserveStockResponse`. */
const reserved = z
  .object({ success: z.boolean(), errorCode: z.string(), errorMessage: z.string() })
  .transform(({ success, errorCode, errorMessage }): Refusal => {
    return success ? undefined : { code: errorCode || 'stock-refused', detail: errorMessage };
  });

/** This service's own copy: only what it uses. */
const INVENTORY = {
  proto: new URL('../../proto/inventory.v1.proto', import.meta.url),
  service: 'inventory.v1.Inventory',
};

/** Everything a step is, in one place: adding one means adding it here and to SAGA_STEPS. */
export const STEP_DEFINITIONS: Readonly<Record<SagaStep, StepDefinition>> = {
  'reserve-stock': {
    callee: 'inventory',
    unavailable: 'inventory-unavailable',
    perform: ({ orderId, items }) => {
      const [first, ...furtherLines] = items.map(({ sku, quantity }) => ({ sku, quantity }));
      return {
        rpc: {
          operation: 'reserve stock',
          call: {
            ...INVENTORY,
            method: 'ReserveStock',
            message: { ...first, orderId, furtherLines },
          },
          idempotent: true,
          response: reserved,
        },
      };
    },
    compensate: ({ orderId }) => ({
      rpc: {
        operation: 'release stock',
        call: { ...INVENTORY, method: 'ReleaseStock', message: { orderId } },
        idempotent: true,
        response: ignored,
      },
    }),
  },
  charge: {
    callee: 'payments',
    unavailable: 'payment-unavailable',
    perform: ({ orderId, totalCents, currency }) => ({
      http: {
        operation: 'charge',
        method: 'POST',
        path: '/charges',
        body: { orderId, amountCents: totalCents, currency },
        idempotencyKey: `charge-${orderId}`,
        response: ignored,
      },
    }),
    compensate: ({ orderId }) => ({
      http: {
        operation: 'refund',
        method: 'POST',
        path: `/charges/${encodeURIComponent(orderId)}/refund`,
        idempotencyKey: `refund-${orderId}`,
        response: ignored,
      },
    }),
  },
  ship: {
    callee: 'shipping',
    unavailable: 'shipping-unavailable',
    perform: ({ orderId, items }) => ({
      http: {
        operation: 'ship',
        method: 'POST',
        path: '/shipments',
        body: { orderId, units: items.reduce((sum, { quantity }) => sum + quantity, 0) },
        idempotencyKey: `ship-${orderId}`,
        response: ignored,
      },
    }),
    compensate: ({ orderId }) => ({
      http: {
        operation: 'cancel shipment',
        method: 'DELETE',
        path: `/shipments/${encodeURIComponent(orderId)}`,
        response: ignored,
      },
    }),
  },
};

/** The part of the chassis' links that this needs. */
export type LinkTo = (callee: StepDefinition['callee']) => Pick<Link, 'call' | 'unary'>;

/** Creates the fulfilment over the links to inventory, payments and shipping. */
export function createFulfilment(linkTo: LinkTo): Fulfilment {
  const ask = (callee: StepDefinition['callee'], request: StepRequest) =>
    'rpc' in request ? linkTo(callee).unary(request.rpc) : linkTo(callee).call(request.http);
  return {
    async perform(step, record) {
      const { callee, perform, unavailable } = STEP_DEFINITIONS[step];
      return readStep(await ask(callee, perform(record)), unavailable);
    },
    async compensate(step, record) {
      const { callee, compensate } = STEP_DEFINITIONS[step];
      const outcome = await ask(callee, compensate(record));
      switch (outcome.kind) {
        case 'ok':
        case 'fallback':
          return { kind: 'done' };
        case 'refused':
          return { kind: 'failed', reason: `${callee} refused: ${outcome.problem.code}` };
        case 'failed':
          return { kind: 'failed', reason: `${callee}: ${outcome.reason}, ${outcome.detail}` };
      }
    },
  };
}

/** Reads an answer as the outcome of a step. */
export function readStep(outcome: CallOutcome<Refusal>, unavailable: string): StepOutcome {
  switch (outcome.kind) {
    case 'ok':
      return outcome.body ? refused(outcome.body, outcome.attempts) : { kind: 'done' };
    case 'fallback':
      return { kind: 'done' };
    case 'refused': {
      const { code, detail, title } = outcome.problem;
      return refused({ code, detail: detail ?? title }, outcome.attempts);
    }
    case 'failed':
      return {
        kind: 'failed',
        code: unavailable,
        detail: `${outcome.reason}: ${outcome.detail}`,
        effect: outcome.maybeReceived ? 'possible' : 'none',
      };
  }
}

function refused(refusal: NonNullable<Refusal>, attempts: number): StepOutcome {
  // An attempt before the refused one may still be on its way and be accepted on arrival.
  return { kind: 'failed', ...refusal, effect: attempts > 1 ? 'possible' : 'none' };
}
