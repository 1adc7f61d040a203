import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { Done, FleetPort } from '@faultline/scenarios';
import { projectionStatusSchema, type ProjectionStatus } from '../../contract/index.ts';
import type { Operator } from '../../data/operator.ts';
import type { TopicControl } from '../../events/topics.ts';
import { writeLasting, type BeforeRun } from '../before-run.ts';
import { abortable } from './abortable.ts';
import { doneOf, type DoAct } from './acts.ts';
import { awaitReady, unready } from './await-ready.ts';
import type { SchemaMoves } from './schema-moves.ts';

/** What the port works with. */
export interface FleetPortParts {
  fleet: Fleet;
  clock: Clock;
  topics: Pick<TopicControl, 'redrive'>;
  operator: Operator;
  schema: SchemaMoves;
  act: DoAct;
  before: BeforeRun;
  /** Folder of the run: what it changes for longer is noted there first. */
  folder: string;
}

/** Longest wait until every instance is ready again, milliseconds. */
const READY_MS = 60_000;
const LOOK_EVERY_MS = 200;
const PROJECTION = '/internal/projection';

/** Instances, schema changes, dead letters and projections, changed as people change them. */
export function createFleetPort(parts: FleetPortParts): FleetPort {
  const { fleet, topics, act, schema } = parts;
  return {
    scale: (service, replicas, signal) =>
      act({ action: 'fleet.scale', target: service, detail: `to ${replicas}` }, async () => {
        const answer = await abortable(fleet.scale(service, replicas), signal);
        return doneOf(answer, `${service} scaled to ${replicas}`);
      }),
    schema: (service, phase, signal) =>
      act({ action: 'schema.phase', target: service, detail: phase }, async () => {
        await noteSchema(parts, service);
        return schema.move(service, phase, signal);
      }),
    redrive: (topic, signal) =>
      act({ action: 'topic.redrive', target: topic, detail: 'all' }, async () => {
        const result = await abortable(topics.redrive(topic, { all: true }), signal);
        const failed = result.failed.length === 0 ? '' : `, ${result.failed.length} not sent`;
        return { kind: 'done', detail: `${result.sent} sent again${failed}` };
      }),
    rebuild: (service, signal) =>
      act({ action: 'projection.rebuild', target: service, detail: '' }, () =>
        rebuild(parts, service, signal),
      ),
    restore: (signal) => restore(parts, signal),
  };
}

/** Once a run and service: where the change stood. */
async function noteSchema(parts: FleetPortParts, service: string): Promise<void> {
  const { before, folder, schema } = parts;
  if (before.lasting.schema[service] !== undefined) return;
  before.lasting.schema[service] = await schema.phaseOf(service);
  await writeLasting(folder, before.lasting);
}

/** Begins a rebuild and waits until the new generation serves. */
async function rebuild(
  { operator, clock }: FleetPortParts,
  service: string,
  signal: AbortSignal,
): Promise<Done> {
  const path = `${PROJECTION}/rebuild`;
  let status: ProjectionStatus = await operator.ask(service, 'POST', path, projectionStatusSchema);
  while (status.building !== null) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    status = await operator.ask(service, 'GET', PROJECTION, projectionStatusSchema);
  }
  return { kind: 'done', detail: `generation ${status.serving.generation} serves` };
}

/** Replicas, schema changes and readiness; everything is tried, what is left is told. */
async function restore(parts: FleetPortParts, signal: AbortSignal): Promise<Done> {
  const { fleet, before, act } = parts;
  const left: string[] = [];
  const changed = fleet.status().services.flatMap(({ name, instances }) => {
    const wanted = before.lasting.replicas[name];
    return wanted === undefined || wanted === instances.length ? [] : [{ name, wanted }];
  });
  for (const { name, wanted } of changed) {
    const what = { action: 'fleet.scale', target: name, detail: `back to ${wanted}` };
    const done = await act(what, async () =>
      doneOf(await abortable(fleet.scale(name, wanted), signal), ''),
    );
    if (done.kind === 'refused') left.push(`${name} is not back at ${wanted}: ${done.detail}`);
  }
  left.push(...(await restoreSchemas(parts, signal)));
  await startStopped(parts);
  const still = await awaitReady(parts, before.ready, READY_MS, signal);
  left.push(...still.map((id) => `${id} is not ready`));
  const detail = changed.map(({ name, wanted }) => `${name} back at ${wanted}`).join(', ');
  return left.length === 0
    ? { kind: 'done', detail }
    : { kind: 'refused', detail: left.join('; ') };
}

async function restoreSchemas(parts: FleetPortParts, signal: AbortSignal): Promise<string[]> {
  const { before, schema, act } = parts;
  const left: string[] = [];
  for (const [service, phase] of Object.entries(before.lasting.schema)) {
    const what = { action: 'schema.phase', target: service, detail: `back to ${phase}` };
    const done = await act(what, () => schema.move(service, phase, signal));
    if (done.kind === 'refused') left.push(`schema of ${service}: ${done.detail}`);
  }
  return left;
}

/** Instances that were ready and that nothing starts by itself. */
async function startStopped({ fleet, before }: FleetPortParts): Promise<void> {
  const down = new Set(unready(fleet, before.ready));
  const stopped = fleet
    .status()
    .services.flatMap(({ instances }) => instances)
    .filter(({ id, state }) => down.has(id) && state === 'stopped');
  await Promise.all(stopped.map(({ id }) => fleet.startInstance(id)));
}
