import { ATTRIBUTE } from '@faultline/chassis/core';
import type { Attributes, AttributeValue } from '../model/records.ts';
import type { Origin } from '../model/span.ts';

/** What a sender without `service.name` is called, as the semantic conventions ask. */
const UNKNOWN_SERVICE = 'unknown_service';

/** Sets an attribute; a key like `__proto__` becomes a plain property, not a prototype. */
export function putAttribute(attributes: Attributes, key: string, value: AttributeValue): void {
  if (key === '__proto__') {
    Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true });
  } else {
    attributes[key] = value;
  }
}

/** Who sent it, from the attributes of its resource. */
export function originOf(attributes: Attributes): Origin {
  const service = attributes['service.name'];
  const instance = attributes[ATTRIBUTE.instance];
  return {
    service: typeof service === 'string' && service !== '' ? service : UNKNOWN_SERVICE,
    instance: typeof instance === 'string' && instance !== '' ? instance : null,
  };
}

/** Attributes hold scalars; what is nested is kept as JSON text. */
export function scalar(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // JSON, and so the API, has no NaN and no infinity.
      return Number.isFinite(value) ? value : String(value);
    default:
      return JSON.stringify(value) ?? '';
  }
}
