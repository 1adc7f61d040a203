import { formatDuration } from '../document/units.ts';
import type { PolicyChange, ProbeSpec, Step } from '../document/model.ts';

/** How the parts of steps are told to people. */
export interface StepWords {
  describeProbe(probe: ProbeSpec): string;
  describePolicy(change: PolicyChange): string;
  /** What a fault does: `latency 2 s on orders->payments`. */
  describeFault(fault: object): string;
}

/** A step as one line for people. */
export function stepTitle(step: Step, words: StepWords): string {
  switch (step.kind) {
    case 'inject':
      return `inject ${words.describeFault(step.fault)} for ${formatDuration(step.forMs)}`;
    case 'clear':
      return step.what === 'all' ? 'clear all faults' : `clear ${step.what.join(', ')}`;
    case 'await':
      return awaitTitle(step, words);
    case 'observe':
      return observeTitle(step);
    case 'scale':
      return `scale ${step.service} to ${step.replicas}`;
    case 'policy':
      return step.changes.map((change) => words.describePolicy(change)).join(', ');
    case 'load':
      return `load ${loadTitle(step.change)}`;
    case 'schema':
      return `move the schema of ${step.service} to ${step.phase}`;
    case 'redrive':
      return `redrive dead letters of ${step.topic}`;
    case 'rebuild':
      return `rebuild the projection of ${step.service}`;
    case 'parallel':
      return `${step.branches.length} branches at once`;
    case 'sequence':
      return `${step.steps.length} steps in order`;
  }
}

function awaitTitle(step: Extract<Step, { kind: 'await' }>, words: StepWords): string {
  const lasting = step.forMs > 0 ? ` for ${formatDuration(step.forMs)}` : '';
  const what = `${words.describeProbe(step.check.probe)} ${step.check.expect}`;
  return `await ${what} within ${formatDuration(step.withinMs)}${lasting}`;
}

function observeTitle(step: Extract<Step, { kind: 'observe' }>): string {
  const what = step.checks.length > 0 ? `: ${step.checks.join(', ')} must hold` : '';
  return `observe for ${formatDuration(step.forMs)}${what}`;
}

function loadTitle(change: Extract<Step, { kind: 'load' }>['change']): string {
  const mix = Object.entries(change.mix ?? {}).map(([journey, weight]) => `${journey} ${weight}`);
  const rate = change.rps === undefined ? [] : [`${change.rps} requests/s`];
  return [...rate, ...mix].join(', ');
}
