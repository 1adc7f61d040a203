import type {
  InstanceAction,
  Load,
  Place,
  RuntimeKind,
  SecretView,
  StartRun,
  StartSoak,
} from '@faultline/server/contract';
import { faultAddWords, type Action } from './copy-as.ts';
import { sendJson } from './api.ts';

/** Body of `POST /api/faults`. */
export type FaultRequest = Readonly<Record<string, unknown>> & { kind: string; ttlSeconds: number };

/** Fields of a change, by name. */
type Fields = Readonly<Record<string, unknown>>;

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
  rebuildProjection: (service: string): Action => ({
    method: 'POST',
    path: `/projections/${encodeURIComponent(service)}/rebuild`,
    cli: ['projection', 'rebuild', service],
  }),
  schemaPhase: (service: string, phase: string): Action => ({
    method: 'POST',
    path: `/schema/${encodeURIComponent(service)}/phase`,
    body: { phase },
    cli: ['schema', 'phase', service, phase],
  }),
  setLoad: (change: Partial<Load>): Action => ({
    method: 'PUT',
    path: '/load',
    body: change,
    cli: loadWords(change),
  }),
  redrive: (topic: string, which: readonly Place[] | 'all'): Action => ({
    method: 'POST',
    path: `/topics/${encodeURIComponent(topic)}/redrive`,
    body: which === 'all' ? { all: true } : { offsets: which },
    cli: [
      ...['topics', 'redrive', topic],
      ...(which === 'all'
        ? ['--all']
        : ['--offset', ...which.map(({ partition, offset }) => `${partition}:${offset}`)]),
    ],
  }),
  setPolicy: (link: string, pattern: string, change: Fields): Action => ({
    method: 'PATCH',
    path: `/policies/${encodeURIComponent(link)}`,
    body: { [pattern]: change },
    cli: ['policy', 'set', link, ...fieldWords(change, `${pattern}.`)],
  }),
  setServicePolicy: (service: string, pattern: string, change: Fields): Action => ({
    method: 'PATCH',
    path: `/policies/services/${encodeURIComponent(service)}`,
    body: { [pattern]: change },
    cli: ['policy', 'set', service, ...fieldWords(change, `${pattern}.`)],
  }),
  setFlag: (key: string, change: Fields): Action => ({
    method: 'PATCH',
    path: `/policies/flags/${encodeURIComponent(key)}`,
    body: change,
    cli: ['flag', 'set', key, ...fieldWords(change)],
  }),
  setMtls: (on: boolean): Action => ({
    method: 'PATCH',
    path: '/policies/mtls',
    body: { on },
    cli: ['mtls', on ? 'on' : 'off'],
  }),
  rotateSecrets: (what: SecretView['what']): Action => ({
    method: 'POST',
    path: '/secrets/rotate',
    body: { what },
    cli: ['secrets', 'rotate', what],
  }),
  resetPolicies: (): Action => ({
    method: 'POST',
    path: '/policies/reset',
    cli: ['policy', 'reset'],
  }),
  startRun: (start: StartRun, words: readonly string[] | null): Action => ({
    method: 'POST',
    path: '/runs',
    body: start,
    cli: words,
  }),
  abortRun: (id: string): Action => ({
    method: 'POST',
    path: `/runs/${encodeURIComponent(id)}/abort`,
    body: { reason: 'Abort was pressed in the console' },
    cli: ['abort', id],
  }),
  startSoak: (start: StartSoak, words: readonly string[]): Action => ({
    method: 'POST',
    path: '/soaks',
    body: start,
    cli: words,
  }),
  saveExperiment: (name: string, document: string): Action => ({
    method: 'PUT',
    path: `/experiments/${encodeURIComponent(name)}`,
    body: { document },
    cli: null,
  }),
  deleteExperiment: (name: string): Action => ({
    method: 'DELETE',
    path: `/experiments/${encodeURIComponent(name)}`,
    cli: null,
  }),
  auditVerify: (): Action => ({ method: 'GET', path: '/audit/verify', cli: ['audit', 'verify'] }),
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

/** `breaker.enabled=false`, `users=ada,grace`. */
function fieldWords(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields).map(
    ([field, value]) =>
      `${prefix}${field}=${Array.isArray(value) ? value.join(',') : String(value)}`,
  );
}
