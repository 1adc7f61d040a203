import type { Check, Experiment, ProbeSpec, Sighting, Step } from '../document/model.ts';
import { formatDuration } from '../document/units.ts';
import type { Plan } from '../journal/entries.ts';
import type { FaultPort, PolicyPort } from './ports.ts';
import { aboutMs, atMostMs, stepAtMostMs } from './plan-times.ts';
import { compile } from './program.ts';
import { stepTitle, type StepWords } from './step-title.ts';
import { variantsOf, type RunVariant } from './variants.ts';

/** What a plan needs besides the experiment. */
export interface PlanOptions {
  /** Default: the seed of the document. */
  seed?: number;
  /** Names of the variants to run, in the order of the document; default: all. */
  variants?: readonly string[];
  resolve: FaultPort['resolve'];
  describePolicy: PolicyPort['describe'];
  describeProbe(probe: ProbeSpec): string;
  unitOf(probe: ProbeSpec): string;
}

/**
 * The dry run: everything that a run is going to do, what it touches and what it puts back. Nothing
 * is touched by making it.
 *
 * @returns a problem when a variant is named that the experiment does not have
 */
export function planExperiment(
  experiment: Experiment,
  options: PlanOptions,
): Plan | { problem: string } {
  const chosen = chooseVariants(experiment, options.variants);
  if ('problem' in chosen) return chosen;
  const { variants } = chosen;
  const words = planWords(options);
  const placed = [...compile(experiment.method).steps.values()];
  const steps = placed.map(({ step }) => step);
  return {
    experiment: experiment.name,
    title: experiment.title,
    seed: options.seed ?? experiment.load.seed,
    aboutMs: aboutMs(experiment, variants.length),
    atMostMs: atMostMs(experiment, variants.length),
    variants: variants.map((variant) => ({
      name: variant.name,
      expect: variant.expect,
      changes: changesOf(experiment, variant).map((change) => options.describePolicy(change)),
    })),
    checks: checksOf(experiment, steps).map(({ id, probe, expect }) => ({
      id,
      title: options.describeProbe(probe),
      expect,
      unit: options.unitOf(probe),
      when: whenOf(experiment, steps, id),
    })),
    steps: placed.map(({ path, step }) => ({
      path,
      kind: step.kind,
      title: stepTitle(step, words),
      line: step.line,
      atMostMs: stepAtMostMs(step),
    })),
    blastRadius: blastRadius(steps, experiment, variants, options),
    undo: undoOf(steps),
    abortWhen: experiment.abortWhen.map(
      ({ check, forMs }) =>
        `${options.describeProbe(check.probe)} not ${check.expect} for ${formatDuration(forMs)}`,
    ),
    invariants: experiment.invariants,
    sometimes: experiment.sometimes.map(sightingTitle),
  };
}

/** The variants to run, in the order of the document. */
export function chooseVariants(
  experiment: Experiment,
  names: readonly string[] | undefined,
): { variants: RunVariant[] } | { problem: string } {
  const all = variantsOf(experiment);
  if (!names || names.length === 0) return { variants: all };
  const unknown = names.find((name) => !all.some((variant) => variant.name === name));
  if (unknown === undefined) {
    return { variants: all.filter(({ name }) => names.includes(name)) };
  }
  const known = all.map(({ name }) => name).join(', ');
  return { problem: `${experiment.name} has no variant ${unknown}; it has ${known}` };
}

/** What a variant changes: what all have in common first. */
export function changesOf(experiment: Experiment, variant: RunVariant) {
  return [...experiment.policies, ...variant.changes];
}

/** Every check that leaves points in the journal: steady state, awaits, abort conditions. */
function checksOf(experiment: Experiment, steps: readonly Step[]): Check[] {
  const awaited = steps.flatMap((step) => (step.kind === 'await' ? [step.check] : []));
  const all = [
    ...experiment.steadyState,
    ...awaited,
    ...experiment.abortWhen.map(({ check }) => check),
  ];
  return all.filter((check, index) => all.findIndex(({ id }) => id === check.id) === index);
}

/** When a check decides: of those that decide more than once, what is asked most. */
function whenOf(experiment: Experiment, steps: readonly Step[], id: string): string {
  const watched = steps.some((step) => step.kind === 'observe' && step.checks.includes(id));
  if (experiment.steadyState.some((check) => check.id === id)) {
    return watched ? 'before, after and meanwhile' : 'before and after';
  }
  if (steps.some((step) => step.kind === 'await' && step.check.id === id)) return 'awaited';
  return 'else the run is stopped';
}

/** For people: `3 × resilience.breaker.state_changed (to: open) of orders`. */
export function sightingTitle({ event, attributes, service, times }: Sighting): string {
  const having = Object.entries(attributes).map(([name, value]) => `${name}: ${value}`);
  const often = times > 1 ? `${times} × ` : '';
  const where = having.length > 0 ? ` (${having.join(', ')})` : '';
  return `${often}${event}${where}${service === null ? '' : ` of ${service}`}`;
}

/** How steps are told, with what a dry run knows. */
export function planWords(
  options: Pick<PlanOptions, 'resolve' | 'describePolicy' | 'describeProbe'>,
): StepWords {
  return {
    describePolicy: (change) => options.describePolicy(change),
    describeProbe: (probe) => options.describeProbe(probe),
    describeFault(fault) {
      const answer = options.resolve(fault);
      if (answer.kind === 'ok') return answer.title;
      return `${(fault as { kind: string }).kind} (refused as things stand: ${answer.detail})`;
    },
  };
}

function blastRadius(
  steps: readonly Step[],
  experiment: Experiment,
  variants: readonly RunVariant[],
  options: PlanOptions,
): Plan['blastRadius'] {
  const links = new Set<string>();
  const services = new Set<string>();
  const instances = new Set<string>();
  const changes = [
    ...variants.flatMap((variant) => changesOf(experiment, variant)),
    ...steps.flatMap((step) => (step.kind === 'policy' ? step.changes : [])),
  ];
  for (const change of changes) {
    if (change.target === 'link') links.add(change.name);
    if (change.target === 'service') services.add(change.name);
  }
  for (const step of steps) {
    if ('service' in step) services.add(step.service);
    if (step.kind !== 'inject') continue;
    const reach = options.resolve(step.fault);
    if (reach.kind !== 'ok') continue;
    reach.links.forEach((link) => links.add(link));
    reach.services.forEach((service) => services.add(service));
    reach.instances.forEach((instance) => instances.add(instance));
  }
  return { links: [...links], services: [...services], instances: [...instances] };
}

function undoOf(steps: readonly Step[]): string[] {
  const scaled = steps.some(({ kind }) => kind === 'scale' || kind === 'schema');
  return [
    'every fault of the run is cleared, and that is verified',
    'policies, flags and mutual TLS are put back as they were',
    scaled
      ? 'replicas and schemas are put back as they were, every instance ready'
      : 'every instance is ready',
    'the load is put back as it was',
  ];
}
