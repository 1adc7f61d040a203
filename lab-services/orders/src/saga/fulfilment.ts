import type { CallOutcome, LinkRequest } from '@faultline/chassis';
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
  perform(record: SagaRecord): LinkRequest<unknown>;
  compensate(record: SagaRecord): LinkRequest<unknown>;
}

const ignored = z.unknown();

/** Everything a step is, in one place: adding one means adding it here and to SAGA_STEPS. */
export const STEP_DEFINITIONS: Readonly<Record<SagaStep, StepDefinition>> = {
  'reserve-stock': {
    callee: 'inventory',
    unavailable: 'inventory-unavailable',
    perform: ({ orderId, items }) => ({
      operation: 'reserve stock',
      method: 'POST',
      path: '/reservations',
      body: { orderId, items: items.map(({ sku, quantity }) => ({ sku, quantity })) },
      idempotencyKey: `reserve-${orderId}`,
      response: ignored,
    }),
    compensate: ({ orderId }) => ({
      operation: 'release stock',
      method: 'DELETE',
      path: `/reservations/${encodeURIComponent(orderId)}`,
      response: ignored,
    }),
  },
  charge: {
    callee: 'payments',
    unavailable: 'payment-unavailable',
    perform: ({ orderId, totalCents, currency }) => ({
      operation: 'charge',
      method: 'POST',
      path: '/charges',
      body: { orderId, amountCents: totalCents, currency },
      idempotencyKey: `charge-${orderId}`,
      response: ignored,
    }),
    compensate: ({ orderId }) => ({
      operation: 'refund',
      method: 'POST',
      path: `/charges/${encodeURIComponent(orderId)}/refund`,
      idempotencyKey: `refund-${orderId}`,
      response: ignored,
    }),
  },
  ship: {
    callee: 'shipping',
    unavailable: 'shipping-unavailable',
    perform: ({ orderId }) => ({
      operation: 'ship',
      method: 'POST',
      path: '/shipments',
      body: { orderId },
      idempotencyKey: `ship-${orderId}`,
      response: ignored,
    }),
    compensate: ({ orderId }) => ({
      operation: 'cancel shipment',
      method: 'DELETE',
      path: `/shipments/${encodeURIComponent(orderId)}`,
      response: ignored,
    }),
  },
};

/** The part of the chassis' links that this needs. */
export type CallService = (
  callee: StepDefinition['callee'],
  request: LinkRequest<unknown>,
) => Promise<CallOutcome<unknown>>;

/** Creates the fulfilment over the links to inventory, payments and shipping. */
export function createFulfilment(call: CallService): Fulfilment {
  return {
    async perform(step, record) {
      const definition = STEP_DEFINITIONS[step];
      return readStep(
        await call(definition.callee, definition.perform(record)),
        definition.unavailable,
      );
    },
    async compensate(step, record) {
      const definition = STEP_DEFINITIONS[step];
      const { callee } = definition;
      const outcome = await call(callee, definition.compensate(record));
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
export function readStep(outcome: CallOutcome<unknown>, unavailable: string): StepOutcome {
  switch (outcome.kind) {
    case 'ok':
    case 'fallback':
      return { kind: 'done' };
    case 'refused':
      return {
        kind: 'failed',
        code: outcome.problem.code,
        detail: outcome.problem.detail ?? outcome.problem.title,
        // An attempt before the refused one may still be on its way and be accepted on arrival.
        effect: outcome.attempts > 1 ? 'possible' : 'none',
      };
    case 'failed':
      return {
        kind: 'failed',
        code: unavailable,
        detail: `${outcome.reason}: ${outcome.detail}`,
        effect: outcome.maybeReceived ? 'possible' : 'none',
      };
  }
}
