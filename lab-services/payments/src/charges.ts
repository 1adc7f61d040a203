import type { CardAnswer, CardProvider } from './card-provider.ts';
import type { ChargeRepository } from './charge-repository.ts';
import {
  OutcomeUnknownError,
  type Charge,
  type ChargeGuard,
  type ChargeOutcome,
  type ChargeRequest,
  type Refund,
} from './charge.ts';
import type { Events } from './events.ts';

/**
 * Charges and refunds, each made once: what is meant is written down, then the provider is asked,
 * then what it said is written down. Call it outside of transactions.
 */
export interface Charges {
  /**
   * Decides a request, once per key if so guarded; `chargeId` is used if it is the first.
   *
   * @throws OutcomeUnknownError
   */
  charge(request: ChargeRequest, guard: ChargeGuard, chargeId: string): Promise<ChargeOutcome>;
  /**
   * Gives back all that was captured for the order, once, and bars it from new charges.
   *
   * @throws OutcomeUnknownError
   */
  refund(orderId: string): Promise<Refund>;
  /** Goes on with a charge or a refund that somebody began; tells whether it is settled now. */
  resume(charge: Charge): Promise<boolean>;
  findByOrder(orderId: string): Promise<Charge[]>;
}

interface Parts {
  repository: ChargeRepository;
  provider: CardProvider;
  events: Pick<Events, 'otherAmountCaptured'>;
  /** Whether the amount that the provider says it took is compared with the one that was asked. */
  checksAnswers: () => boolean;
}

/** Creates the charges over their repository and the card provider. */
export function createCharges({ repository, provider, events, checksAnswers }: Parts): Charges {
  async function giveBack({ chargeId }: Charge): Promise<void> {
    const refund = await provider.giveBack(chargeId);
    if (refund.kind === 'unknown') throw new OutcomeUnknownError(refund.detail);
    await repository.finishRefund(chargeId, refund.capturedCents);
  }

  async function settle(charge: Charge, answer: CardAnswer): Promise<ChargeOutcome> {
    switch (answer.kind) {
      case 'captured':
        if (answer.capturedCents === charge.amountCents || !checksAnswers()) {
          return repository.settle(charge, { state: 'captured' });
        }
        return refuse(charge, answer.capturedCents);
      case 'declined':
        return repository.settle(charge, { state: 'declined', reason: answer.reason });
      case 'given-back':
        return refuse(charge, answer.capturedCents);
      case 'not-sent':
        await repository.notAsked(charge.chargeId);
        return { kind: 'not-charged', detail: answer.detail };
      case 'unheard':
        throw new OutcomeUnknownError('it has not heard of the charge');
      case 'unknown':
        throw new OutcomeUnknownError(answer.detail);
    }
  }

  /** Nothing of such a charge is kept, whatever the provider did. */
  async function refuse(charge: Charge, capturedCents: number): Promise<ChargeOutcome> {
    const outcome = await repository.settle(charge, { state: 'refunding' });
    if (outcome.kind !== 'decided' || outcome.replayed) return outcome;
    events.otherAmountCaptured(charge, capturedCents);
    await giveBack(charge);
    const reason = 'The card provider did not take the amount that was asked; nothing was kept.';
    return { ...outcome, charge: { ...charge, state: 'declined', declineReason: reason } };
  }

  return {
    async charge(request, guard, chargeId) {
      const begun = await repository.begin(request, guard, chargeId);
      if (begun.kind !== 'begun') return begun;
      return settle(begun.charge, await provider.charge(begun.charge));
    },
    async refund(orderId) {
      for (const charge of await repository.beginRefund(orderId)) await giveBack(charge);
      const refundedCents = await repository.refundedCents(orderId);
      return { orderId, state: refundedCents > 0 ? 'refunded' : 'voided', refundedCents };
    },
    async resume(charge) {
      try {
        if (charge.state === 'refunding') await giveBack(charge);
        else await settle(charge, await provider.ask(charge.chargeId));
        return true;
      } catch (error) {
        if (error instanceof OutcomeUnknownError) return false;
        throw error;
      }
    },
    findByOrder: (orderId) => repository.findByOrder(orderId),
  };
}
