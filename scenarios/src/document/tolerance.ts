import type { ProbeUnit } from '../probes/model.ts';
import type { Tolerance } from './model.ts';
import { parseQuantity, QUANTITY_EXAMPLE } from './units.ts';

/** A tolerance, or the rule that the text breaks. */
export type ToleranceAnswer = { ok: true; tolerance: Tolerance } | { ok: false; rule: string };

type Operator = Extract<Tolerance, { kind: 'compare' }>['operator'];

const OPERATOR = /^(<=|>=|!=|<|>|=)?\s*(.+)$/;
const RANGE = /^([^\s.]+(?:\.\d+)?\S*?)\s*(?:\.\.|\sto\s)\s*(\S.*)$/;
const WORD = /^[A-Za-z][A-Za-z0-9_.-]*$/;
const BARE = /^\d+(?:\.\d+)?$/;

/**
 * Reads `< 300ms`, `<= 1%`, `>= 5/s`, `0`, `= open`, `!= 0`, `1% to 5%`, `300ms..2s`. A value
 * without an operator must be equal; the unit must be one of the probe's.
 */
export function parseTolerance(
  written: string | number | boolean,
  unit: ProbeUnit,
): ToleranceAnswer {
  const text = String(written).trim();
  if (text.length === 0 || text.length > 100) return no('must have 1 to 100 characters');
  const [, operator, operand = ''] = OPERATOR.exec(text) ?? [];
  const [, from, to] = operator === undefined ? (RANGE.exec(operand) ?? []) : [];
  if (from !== undefined && to !== undefined) return readRange(from, to, unit);
  const value = readValue(operand, unit);
  if (value !== null) {
    const sign = (operator ?? '=') as Operator;
    return { ok: true, tolerance: { kind: 'compare', operator: sign, value } };
  }
  if (unit !== '' || !WORD.test(operand)) return no(expected(unit));
  if (operator !== undefined && operator !== '=') {
    return no('can be held against a state with = only');
  }
  const isBoolean = operand === 'true' || operand === 'false';
  return {
    ok: true,
    tolerance: { kind: 'is', value: isBoolean ? operand === 'true' : operand },
  };
}

function readRange(first: string, second: string, unit: ProbeUnit): ToleranceAnswer {
  // `1 to 5%`: the unit at the end is meant for both.
  const suffix = BARE.test(first) ? (/[^\d.\s]\D*$/.exec(second)?.[0] ?? '') : '';
  const from = readValue(`${first}${suffix}`, unit);
  const to = readValue(second, unit);
  if (from === null || to === null) return no(expected(unit));
  if (from > to) return no('must be a range from the smaller to the larger value');
  return { ok: true, tolerance: { kind: 'range', from, to } };
}

function readValue(text: string, unit: ProbeUnit): number | null {
  const value = parseQuantity(unit, text);
  return unit === 'ratio' && value !== null && value > 1 ? null : value;
}

function expected(unit: ProbeUnit): string {
  if (unit === '') return 'must be a state or a number, such as = open, true or > 2';
  if (unit === 'count') return 'must be a number of things, such as 0, >= 1 or 1 to 5';
  return `must be in the unit of the probe (${unit}), such as < ${QUANTITY_EXAMPLE[unit]}`;
}

function no(rule: string): ToleranceAnswer {
  return { ok: false, rule };
}
