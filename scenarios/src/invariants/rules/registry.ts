import type { Rule } from '../model.ts';
import { everyOutcomeTold } from './every-outcome-told.ts';
import { moneyConserved } from './money-conserved.ts';
import { noDoubleEffect } from './no-double-effect.ts';
import { noStuckSaga } from './no-stuck-saga.ts';
import { oneOutcome } from './one-outcome.ts';
import { providerAgrees } from './provider-agrees.ts';
import { replicaAgrees } from './replica-agrees.ts';
import { stockConserved } from './stock-conserved.ts';

/** Every invariant there is: the one list. */
export const INVARIANTS: readonly Rule[] = [
  moneyConserved,
  stockConserved,
  noDoubleEffect,
  everyOutcomeTold,
  oneOutcome,
  noStuckSaga,
  providerAgrees,
  replicaAgrees,
];
