import { integerField, numberField, textField } from '../fields.ts';

/** The fields that say which requests a fault hits; all conditions must hold. */
export const requestFields = {
  ratio: numberField({
    ...{ title: 'Share of requests', unit: 'ratio', minimum: 0, maximum: 1, default: 1 },
    description: 'Each request draws whether it is hit',
  }),
  operation: textField({
    title: 'Operation',
    description: 'As in spans: POST /charges, or inventory.v1.Inventory/Reserve; empty: all',
  }),
  caller: textField({
    ...{ title: 'Caller', longest: 120 },
    description: 'Service whose requests are hit; empty: everybody',
  }),
  first: integerField({
    ...{ title: 'First requests', unit: 'requests', minimum: 0, maximum: 1_000_000, default: 0 },
    description: 'Only so many, counted for each instance; 0: no limit',
  }),
};

/** Values of {@link requestFields}. */
export interface RequestMatch {
  ratio: number;
  operation: string;
  caller: string;
  first: number;
}

/** The conditions as instances know them: what is left empty is no condition. */
export function matchOf({ ratio, operation, caller, first }: RequestMatch) {
  return {
    ratio,
    ...(operation === '' ? {} : { operation }),
    ...(caller === '' ? {} : { caller }),
    ...(first === 0 ? {} : { first }),
  };
}

/** The conditions for people: ` on 50 % of requests, POST /charges from orders, the first 3`. */
export function sayMatch({ ratio, operation, caller, first }: RequestMatch): string {
  const share = ratio === 1 ? '' : ` on ${Number((ratio * 100).toFixed(1))} % of requests`;
  const what = [operation, caller === '' ? '' : `from ${caller}`].filter((part) => part !== '');
  const which = what.length === 0 ? '' : `, ${what.join(' ')}`;
  return `${share}${which}${first === 0 ? '' : `, the first ${first}`}`;
}
