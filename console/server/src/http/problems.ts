import type { Problem } from '@faultline/chassis/core';

/** The catalogue of this API's errors: stable code, status, title. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request breaks a rule'],
  'invalid-json': [400, 'The body is not JSON'],
  'invalid-fault': [400, 'The fault breaks a rule of its kind'],
  'invalid-document': [400, 'The document breaks a rule'],
  'unknown-kind': [400, 'There is no such kind of fault'],
  'out-of-range': [400, 'A value is out of range'],
  'token-required': [401, 'This lab asks for its token'],
  'host-refused': [403, 'The Host header names another site'],
  'origin-refused': [403, 'The request comes from another site'],
  'peer-refused': [403, 'The request comes from another container'],
  'not-found': [404, 'There is nothing here'],
  'unknown-target': [404, 'The selector names nothing'],
  'unknown-fault': [404, 'There is no such fault'],
  'unknown-instance': [404, 'There is no such instance'],
  'unknown-service': [404, 'There is no such service'],
  'unknown-link': [404, 'There is no such link'],
  'unknown-pattern': [404, 'The service has no such pattern'],
  'unknown-topic': [404, 'There is no such topic'],
  'unknown-flag': [404, 'There is no such flag'],
  'unknown-experiment': [404, 'There is no such experiment'],
  'unknown-run': [404, 'There is no such run'],
  'method-not-allowed': [405, 'This method is not for this address'],
  stopped: [409, 'Stop all is in force'],
  'limit-exceeded': [409, 'Beyond the limits of faults'],
  protected: [409, 'Protected from faults'],
  'fault-conflict': [409, 'An active fault holds the same line or instance'],
  'fault-stuck': [409, 'The fault is not undone yet'],
  'too-many-faults': [409, 'Too many faults are active'],
  'fleet-running': [409, 'The fleet is running'],
  'fleet-not-running': [409, 'The fleet is not running'],
  'fleet-not-ready': [409, 'The fleet is not ready for an experiment'],
  'library-experiment': [409, 'The experiment came with Faultline'],
  'too-many-experiments': [409, 'Too many experiments are saved'],
  'not-plannable': [409, 'The experiment cannot be planned'],
  'queue-full': [409, 'Too many runs wait'],
  'run-ended': [409, 'The run has ended'],
  'run-not-ended': [409, 'The run has not ended'],
  'not-running': [409, 'It is not running'],
  'wrong-state': [409, 'Its state does not allow this'],
  'too-large': [413, 'The request is too large'],
  'not-json': [415, 'The body must be application/json'],
  internal: [500, 'The control plane failed'],
  'fault-not-applied': [502, 'The fault could not be applied'],
  'broker-unreachable': [502, 'The broker does not answer'],
  'service-unreachable': [502, 'The service does not answer'],
  'collector-unreachable': [502, 'The collector does not answer'],
  'resource-away': [503, 'A part that this needs does not answer'],
  'too-many-streams': [503, 'Too many live streams are open'],
} as const satisfies Record<string, readonly [number, string]>;

/** See {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** An error answer on its way: thrown by routes, written by the error handler. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, detail: string, errors?: Problem['errors']) {
    super(detail);
    this.problem = problemOf(code, detail, errors);
  }
}

/** The problem document of a code. */
export function problemOf(code: ProblemCode, detail: string, errors?: Problem['errors']): Problem {
  const [status, title] = PROBLEMS[code];
  return {
    type: 'about:blank',
    title,
    status,
    code,
    detail,
    ...(errors && errors.length > 0 ? { errors } : {}),
  };
}
