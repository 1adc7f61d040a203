import type { Decoded } from '../model/records.ts';
import type { DecodeResult, ItemOf } from './decode.ts';

/** Where decoded requests go. Counts, derives live state, and queues for the store. */
export interface Intake {
  /**
   * Takes one request's items, and its refused ones for the count.
   *
   * @returns how many items were not kept, and why: the partial success of the answer
   */
  accept<Name extends keyof ItemOf>(signal: Name, decoded: Decoded<ItemOf[Name]>): Refusal;
  /** Counts a request that could not be read at all as one invalid item. */
  refuse(signal: keyof ItemOf, reason: 'invalid' | 'too-large'): void;
}

/** Items of a request that were not kept. */
export interface Refusal {
  rejected: number;
  message: string;
}

/** Hands a decode result on; the answer is a refusal count or the problem of the request. */
export function take<Name extends keyof ItemOf>(
  intake: Intake,
  signal: Name,
  result: DecodeResult<ItemOf[Name]>,
): { ok: true; refusal: Refusal } | { ok: false; problem: string } {
  if (!result.ok) {
    intake.refuse(signal, 'invalid');
    return result;
  }
  return { ok: true, refusal: intake.accept(signal, result.decoded) };
}
