import type { InstanceAction, Load, RuntimeKind } from '@faultline/server/contract';
import { faultAddWords, optionName, type Action } from './copy-as.ts';
import { sendJson } from './api.ts';

/** Body of `POST /api/faults`. */
export type FaultRequest = Readonly<Record<string, unknown>> & { kind: string; ttlSeconds: number };

/** Everything a person can do, each with the command that says the same. */
export const actions = {
  addFault: (request: FaultRequest): Action => ({
    method: 'POST',
    path: '/faults',
    body: request,
    cli: faultAddWords(request),
  }),
  extendFault: (id: string, seconds: number): Action => ({
    method: 'POST',
    path: `/faults/${encodeURIComponent(id)}/extend`,
    body: { seconds },
    cli: ['fault', 'extend', id, '--seconds', String(seconds)],
  }),
  clearFault: (id: string): Action => ({
    method: 'DELETE',
    path: `/faults/${encodeURIComponent(id)}`,
    cli: ['fault', 'clear', id],
  }),
  stopAll: (): Action => ({ method: 'DELETE', path: '/faults', cli: ['stop-all'] }),
  release: (): Action => ({ method: 'POST', path: '/faults/release', cli: ['release'] }),
  launch: (runtime?: RuntimeKind): Action => ({
    method: 'POST',
    path: '/fleet/launch',
    body: runtime === undefined ? {} : { runtime },
    cli: ['up', ...(runtime === undefined ? [] : ['--runtime', runtime])],
  }),
  stopFleet: (): Action => ({ method: 'POST', path: '/fleet/stop', cli: ['down'] }),
  instance: (instance: string, what: InstanceAction): Action => ({
    method: 'POST',
    path: `/fleet/instances/${encodeURIComponent(instance)}/${what}`,
    cli: [what, instance],
  }),
  scale: (service: string, replicas: number): Action => ({
    method: 'POST',
    path: `/fleet/services/${encodeURIComponent(service)}/scale`,
    body: { replicas },
    cli: ['scale', service, String(replicas)],
  }),
  setLoad: (change: Partial<Load>): Action => ({
    method: 'PUT',
    path: '/load',
    body: change,
    cli: loadWords(change),
  }),
  setPolicy: (
    link: string,
    pattern: string,
    change: Readonly<Record<string, unknown>>,
  ): Action => ({
    method: 'PATCH',
    path: `/policies/${encodeURIComponent(link)}`,
    body: { [pattern]: change },
    cli: ['policy', 'set', link, ...optionWords(change, `${pattern}.`)],
  }),
} as const;

/** Carries an action out. Throws `ApiError`. */
export function perform<T = unknown>(action: Action): Promise<T> {
  if (action.method === 'GET') throw new Error(`${action.path} is a query, not an action`);
  return sendJson<T>(action.method, action.path, action.body);
}

/** The CLI sets rate and seed; what else a change says has no words there. */
function loadWords({ rps, seed, ...others }: Partial<Load>): string[] | null {
  if (others.mix !== undefined || (rps === undefined && seed === undefined)) return null;
  return [
    'load',
    ...(rps === undefined ? [] : [String(rps)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
  ];
}

function optionWords(fields: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([field, value]) => [
    `--${prefix}${optionName(field)}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
