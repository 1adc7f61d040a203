import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { FaultRegistry, LabPorts, Leases } from '@faultline/scenarios';
import type { AuditTrail } from '../../audit/trail.ts';
import type { Operator } from '../../data/operator.ts';
import type { TopicControl } from '../../events/topics.ts';
import type { LoadControl } from '../../lab/load.ts';
import type { PortsOfRun } from '../execute-run.ts';
import { createActs } from './acts.ts';
import { createDataPort } from './data-port.ts';
import { createFaultPort } from './fault-port.ts';
import { createFleetPort } from './fleet-port.ts';
import { createLoadPort } from './load-port.ts';
import { createPolicyPort } from './policy-port.ts';
import type { SchemaMoves } from './schema-moves.ts';

/** The lab as one run drives it. */
export interface RunPorts extends LabPorts {
  /**
   * Undoes everything that this run has done, for an engine that cannot: faults, policies, load,
   * instances. Never throws.
   *
   * @returns what is left, for people
   */
  putBack(): Promise<string[]>;
}

/** What the ports work with. */
export interface PortParts {
  fleet: Fleet;
  clock: Clock;
  registry: FaultRegistry;
  leases: Leases;
  load: LoadControl;
  topics: TopicControl;
  operator: Operator;
  schema: SchemaMoves;
  audit: Pick<AuditTrail, 'record'>;
  /** What is measured rather than moved. */
  eyes: Pick<LabPorts, 'measure' | 'sight' | 'invariants' | 'effects'>;
}

const PUT_BACK_MS = 90_000;

/** Creates the ports of one run: the same ways that people's requests take, signed by the run. */
export function createRunPorts(parts: PortParts, run: PortsOfRun): RunPorts {
  const { fleet, registry, leases, load, audit, eyes } = parts;
  const { actor, before, folder, backToLaunch } = run;
  const act = createActs(audit, actor);
  const injected = new Set<string>();
  const faults = createFaultPort({
    ...{ registry, leases, audit, actor, injected },
    status: () => fleet.status(),
  });
  const policies = createPolicyPort({ fleet, act, before, backToLaunch });
  const loadPort = createLoadPort(load, act, before.lasting.load);
  const fleetPort = createFleetPort({ ...parts, act, before, folder });
  return {
    ...{ faults, policies, load: loadPort, fleet: fleetPort, ...eyes },
    data: createDataPort({ ...parts, act }),
    async putBack() {
      const clearing = [...injected].map(async (id) => {
        const answer = await faults.clear(id);
        return answer.kind === 'stuck' ? answer.left : '';
      });
      const signal = AbortSignal.timeout(PUT_BACK_MS);
      const cleared = await Promise.all(clearing.map((work) => told(work)));
      const rest = [
        await told(refusalOf(policies.restore())),
        await told(refusalOf(loadPort.restore())),
        await told(refusalOf(fleetPort.restore(signal))),
      ];
      return [...cleared, ...rest].filter((left) => left !== '');
    },
  };
}

async function refusalOf(work: Promise<{ kind: string; detail: string }>): Promise<string> {
  const { kind, detail } = await work;
  return kind === 'refused' ? detail : '';
}

/** What is left, or why it cannot be told. */
function told(work: Promise<string>): Promise<string> {
  return work.catch((error: Error) => error.message);
}
