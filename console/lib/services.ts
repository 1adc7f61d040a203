const FIXED: Readonly<Record<string, number>> = {
  loadgen: 1,
  gateway: 2,
  notifications: 3,
  orders: 4,
  inventory: 5,
  payments: 6,
  shipping: 7,
  kafka: 8,
  postgres: 9,
  catalog: 10,
  edge: 11,
  identity: 12,
  recommendations: 13,
  'order-history': 14,
  psp: 15,
};
const COLOURS = 15;

/** The number (1 to 15) of a service's colour: fixed for the catalogue, hashed for any other. */
export function serviceColourIndex(service: string): number {
  const fixed = FIXED[service];
  if (fixed !== undefined) return fixed;
  let hash = 0;
  for (const character of service) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash % COLOURS) + 1;
}

/** The one colour of a service, as a CSS value. */
export function serviceColour(service: string): string {
  return `var(--svc-${serviceColourIndex(service)})`;
}

/** The service of an instance: `payments-2` is one of `payments`. */
export function serviceOfInstance(instance: string): string {
  return instance.replace(/-\d+$/, '');
}
