import type { Database, Transaction, Worker } from '@faultline/chassis';
import type { OutcomeWatch } from './outcome-watch.ts';

const CHANNEL = 'saga_decided';

/** What the instances of orders tell each other: whoever decides a saga is seldom who is waited at. */
export interface OutcomeNotices extends Worker {
  /** Told when `transaction` commits. Not kept: an instance that does not hear it finds the row. */
  send(transaction: Transaction, orderId: string): Promise<void>;
}

/** Creates notices that `outcomes` hears while the worker runs. */
export function createOutcomeNotices(
  database: Pick<Database, 'listen'>,
  outcomes: OutcomeWatch,
): OutcomeNotices {
  let listening: AsyncDisposable | undefined;
  return {
    name: 'outcome notices',
    start() {
      listening ??= database.listen(CHANNEL, (orderId) => outcomes.tellElsewhere(orderId));
    },
    async send(transaction, orderId) {
      await transaction.query('tell outcome', 'SELECT pg_notify($1, $2)', [CHANNEL, orderId]);
    },
    async [Symbol.asyncDispose]() {
      await listening?.[Symbol.asyncDispose]();
    },
  };
}
