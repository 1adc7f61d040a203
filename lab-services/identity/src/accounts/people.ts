import type { User } from '@faultline/chassis';

const CUSTOMERS = 200;
const STAFF: Readonly<Record<string, User['roles']>> = {
  'support-001': ['support'],
  'admin-001': ['admin'],
};

/** The person of this id: `customer-001` to `customer-200`, `support-001`, `admin-001`. */
export function findPerson(id: string): User | undefined {
  const roles = Object.hasOwn(STAFF, id) ? STAFF[id] : undefined;
  if (roles) return { id, roles };
  const number = /^customer-(\d{3})$/.exec(id)?.[1];
  if (number === undefined || Number(number) < 1 || Number(number) > CUSTOMERS) return undefined;
  return { id, roles: ['customer'] };
}
