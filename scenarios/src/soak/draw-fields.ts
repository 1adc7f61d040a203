import type { Random } from '@faultline/chassis/core';
import type { FaultFieldView } from '../faults/fields.ts';

/** How much a field may differ from its default when nothing else is known of it. */
const SPREAD = [0.5, 1.5] as const;
/** Chance that a switch is turned. */
const TURN = 0.25;

/**
 * Draws the fields of a fault around their defaults, within their ranges.
 *
 * @returns null when a field has neither a default nor a rule: such a kind cannot be drawn
 */
export function drawFields(
  fields: readonly FaultFieldView[],
  rules: Readonly<Record<string, readonly [number, number]>>,
  random: Random,
): Record<string, number | string | boolean> | null {
  const drawn: Record<string, number | string | boolean> = {};
  for (const field of fields) {
    const value = drawField(field, rules[field.name], random);
    if (value === null) return null;
    drawn[field.name] = value;
  }
  return drawn;
}

function drawField(
  field: FaultFieldView,
  rule: readonly [number, number] | undefined,
  random: Random,
): number | string | boolean | null {
  switch (field.type) {
    case 'text':
      return field.default;
    case 'boolean':
      return random.next() < TURN ? field.default !== true : field.default === true;
    case 'choice':
      return field.choices[Math.floor(random.next() * field.choices.length)] ?? null;
    case 'integer':
    case 'number':
      return drawNumber(field, rule, random);
  }
}

/** Small values are as likely as large ones: what is drawn is the magnitude. */
function drawNumber(
  { type, minimum, maximum, default: initial }: FaultFieldView,
  rule: readonly [number, number] | undefined,
  random: Random,
): number | null {
  const share = random.next();
  if (!rule && typeof initial !== 'number') return null;
  const middle = typeof initial === 'number' ? initial : 0;
  const [from, to] = rule ?? [middle * SPREAD[0], middle * SPREAD[1]];
  const least = Math.max(from, minimum ?? from);
  const most = Math.max(least, Math.min(to, maximum ?? to));
  const value = least > 0 ? least * (most / least) ** share : least + (most - least) * share;
  const readable = Number(value.toPrecision(2));
  const clipped = Math.min(most, Math.max(least, readable));
  return type === 'integer' ? Math.round(clipped) : clipped;
}
