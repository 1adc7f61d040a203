import type { Clock } from '@faultline/chassis/core';
import type { PolicyChange, ProbeSpec } from '../document/model.ts';
import type { Done, LabPorts } from '../engine/ports.ts';
import type { InvariantReport } from '../invariants/check.ts';
import type { Reading, Span } from '../probes/model.ts';

/** A fault of the simulated lab. */
export interface SimulatedFault {
  kind: string;
  owner: string;
  since: number;
}

/** What a simulated lab is at this moment: readings are made from it. */
export interface SimulatedState {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly faults: ReadonlyMap<string, SimulatedFault>;
  /** Changes in force, in order. */
  readonly policies: readonly PolicyChange[];
  readonly load: { enabled: boolean; rps: number; seed: number };
  readonly replicas: ReadonlyMap<string, number>;
}

/** What becomes of one call of a port, instead of its usual answer. `late`: it comes after 15 s. */
export type Mishap = 'refuse' | 'throw' | 'hang' | 'late';

/** How a simulated lab behaves. */
export interface SimulatedLabOptions {
  clock: Clock;
  /** What a probe finds; default: 0 of 100 samples. */
  read?(probe: ProbeSpec, state: SimulatedState, span: Span): Reading;
  /** Counts events; default: once. */
  count?(event: string, state: SimulatedState): number;
  /** Names of the invariants that are broken; default: none. */
  brokenInvariants?(state: SimulatedState): readonly string[];
  /** Whether a fault of this kind has an effect; default: yes. */
  hasEffect?(kind: string): boolean;
  /** What goes wrong with the call: name of the port's method, and how many calls there were before. */
  mishap?(call: string, before: number): Mishap | null;
}

/** A lab that consists of numbers: the engine runs against it on a manual clock. */
export interface SimulatedLab {
  readonly ports: LabPorts;
  readonly state: SimulatedState;
  /** Every call in order, for instance `inject network.latency`. */
  readonly calls: readonly string[];
  /** What differs from the lab as it was when it was created. */
  leftovers(): string[];
  /** Ends a fault as if somebody else had done it. */
  end(faultId: string, why: string): void;
}

/** Invariants that a simulated lab knows. */
export const SIMULATED_INVARIANTS = ['money-conserved', 'stock-conserved'] as const;

/** Creates a lab with the load of 20 requests a second and one replica of everything. */
export function createSimulatedLab(options: SimulatedLabOptions): SimulatedLab {
  return new Simulation(options);
}

const BASELINE_LOAD = { enabled: true, rps: 20, seed: 1 };
const DONE: Done = { kind: 'done', detail: '' };

class Simulation implements SimulatedLab {
  readonly #options: SimulatedLabOptions;
  readonly #faults = new Map<string, SimulatedFault>();
  readonly #replicas = new Map<string, number>();
  readonly #listeners = new Set<(faultId: string, why: string) => void>();
  readonly #counts = new Map<string, number>();
  #policies: PolicyChange[] = [];
  #load = BASELINE_LOAD;
  #lastFault = 0;
  readonly calls: string[] = [];
  readonly ports: LabPorts;

  constructor(options: SimulatedLabOptions) {
    this.#options = options;
    this.ports = this.#createPorts();
  }

  get state(): SimulatedState {
    return {
      now: this.#options.clock.now(),
      faults: this.#faults,
      policies: this.#policies,
      load: this.#load,
      replicas: this.#replicas,
    };
  }

  leftovers(): string[] {
    return [
      ...[...this.#faults].map(([id, { kind }]) => `${kind} (${id})`),
      ...this.#policies.map((change) => describe(change)),
      ...[...this.#replicas.keys()].map((service) => `${service} scaled`),
      ...(this.#load === BASELINE_LOAD ? [] : ['load']),
    ];
  }

  end(faultId: string, why: string): void {
    if (!this.#faults.delete(faultId)) return;
    for (const listener of this.#listeners) listener(faultId, why);
  }

  #createPorts(): LabPorts {
    const { clock } = this.#options;
    return {
      faults: this.#faultPort(),
      policies: {
        change: (change) =>
          this.#call('change', describe(change), DONE, () => this.#policies.push(change)),
        restore: () => this.#call('restore-policies', '', DONE, () => (this.#policies = [])),
        describe,
      },
      load: {
        set: ({ enabled, rps, seed }) =>
          this.#call('set-load', enabled ? String(rps) : 'off', DONE, () => {
            this.#load = { enabled, rps, seed };
          }),
        restore: () => this.#call('restore-load', '', DONE, () => (this.#load = BASELINE_LOAD)),
      },
      fleet: {
        scale: (service, replicas) =>
          this.#call('scale', service, DONE, () => this.#replicas.set(service, replicas)),
        schema: (service) => this.#call('schema', service, DONE),
        redrive: (topic) => this.#call('redrive', topic, DONE),
        rebuild: (service) => this.#call('rebuild', service, DONE),
        restore: () => this.#call('restore-fleet', '', DONE, () => this.#replicas.clear()),
      },
      data: {
        reset: () => this.#call('reset', '', DONE),
        settle: () => this.#call('settle', '', DONE),
      },
      measure: (probe, span) =>
        this.#ask('measure', probe.probe, () => {
          const reading = this.#options.read?.(probe, this.state, span);
          return reading ?? { value: 0, samples: 100 };
        }),
      sight: ({ event }) =>
        this.#ask('sight', event, () => {
          const count = this.#options.count?.(event, this.state) ?? 1;
          return { count, firstAt: count > 0 ? clock.now() : null };
        }),
      invariants: () => this.#ask('invariants', '', () => this.#checkInvariants()),
      effects: {
        before: ({ kind }) => this.#ask('before', kind, () => ({ values: {} })),
        seen: ({ kind }) =>
          this.#ask('seen', kind, () => {
            const seen = this.#options.hasEffect?.(kind) ?? true;
            return { seen, detail: seen ? 'it moved' : 'nothing moved' };
          }),
      },
    };
  }

  #faultPort(): LabPorts['faults'] {
    return {
      resolve(fault) {
        const { kind, link, service } = fault as { kind: string; link?: string; service?: string };
        const links = link === undefined ? [] : [link];
        const services = service === undefined ? [] : [service];
        return { kind: 'ok', title: kind, links, services, instances: [] };
      },
      inject: async (fault, forMs, owner) => {
        const { kind, link } = fault as { kind: string; link?: string };
        this.#lastFault += 1;
        const faultId = `fault-${this.#lastFault}`;
        const answer = { kind: 'injected' as const, faultId, title: kind, instances: [] };
        const links = link === undefined ? [] : [link];
        return this.#call('inject', kind, { ...answer, links }, () => {
          this.#faults.set(faultId, { kind, owner, since: this.#options.clock.now() });
          void this.#expire(faultId, forMs);
        });
      },
      clear: (faultId) => {
        const kind = this.#faults.has(faultId) ? ('cleared' as const) : ('gone' as const);
        const stuck = { kind: 'stuck' as const, left: 'simulated' };
        return this.#ask('clear', faultId, () => this.#faults.delete(faultId), stuck).then(
          (answer) => (answer === stuck ? stuck : { kind }),
        );
      },
      active: (owner) =>
        [...this.#faults].filter(([, fault]) => fault.owner === owner).map(([id]) => id),
      onEnded: (_owner, listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  async #expire(faultId: string, forMs: number): Promise<void> {
    await this.#options.clock.sleep(forMs);
    this.end(faultId, 'its time was over');
  }

  #checkInvariants(): InvariantReport {
    const broken = this.#options.brokenInvariants?.(this.state) ?? [];
    const invariants = SIMULATED_INVARIANTS.map((name) => ({
      name,
      title: name,
      holds: !broken.includes(name),
      evidence: broken.includes(name) ? '1 of 10 is wrong' : '10 of 10',
      violations: [],
    }));
    return { holds: broken.length === 0, checkedAt: this.#options.clock.now(), invariants };
  }

  /** A call that changes something, and may be refused. */
  async #call<Answer>(
    name: string,
    subject: string,
    answer: Answer,
    change: () => unknown = () => undefined,
  ): Promise<Answer | { kind: 'refused'; detail: string }> {
    const refused = { kind: 'refused' as const, detail: 'simulated' };
    const made = await this.#ask(name, subject, change, refused);
    return made === refused ? refused : answer;
  }

  async #ask<Answer, Refusal = never>(
    name: string,
    subject: string,
    answer: () => Answer,
    refused?: Refusal,
  ): Promise<Answer | Refusal> {
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + 1);
    this.calls.push(subject === '' ? name : `${name} ${subject}`);
    const mishap = this.#options.mishap?.(name, before) ?? null;
    if (mishap === 'throw') throw new Error(`${name} broke`);
    if (mishap === 'late') await this.#options.clock.sleep(15_000);
    if (mishap === 'hang') return new Promise(() => undefined);
    if (mishap === 'refuse' && refused !== undefined) return refused;
    return answer();
  }
}

function describe(change: PolicyChange): string {
  if (change.target === 'mtls') return `mutual TLS ${change.on ? 'on' : 'off'}`;
  return `${change.name} ${JSON.stringify(change.patch)}`;
}
