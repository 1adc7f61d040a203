import type { PolicyChange } from '@faultline/scenarios';

/** For people: `orders->payments breaker off`, `payments rateLimit.requestsPerS 5`. */
export function describeChange(change: PolicyChange): string {
  switch (change.target) {
    case 'mtls':
      return `mutual TLS ${switched(change.on)}`;
    case 'flag':
      return `flag ${change.name} ${Object.entries(change.patch).map(sayField).join(', ')}`;
    case 'link':
    case 'service':
      return `${change.name} ${Object.entries(change.patch).map(sayPattern).join(', ')}`;
  }
}

function sayPattern([pattern, fields]: [string, Record<string, unknown>]): string {
  return Object.entries(fields)
    .map(([field, value]) => {
      if (field === 'enabled' && typeof value === 'boolean') return `${pattern} ${switched(value)}`;
      return `${pattern}.${sayField([field, value])}`;
    })
    .join(', ');
}

function sayField([field, value]: [string, unknown]): string {
  return `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

function switched(on: boolean): string {
  return on ? 'on' : 'off';
}
