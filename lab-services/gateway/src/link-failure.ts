import { problem, type CallFailure, type CallOutcome } from '@faultline/chassis';

/** An answer of a link without a body to use. */
export type Unanswered = Extract<CallOutcome<unknown>, { kind: 'refused' }> | CallFailure;

/** What a service answers when it works and one behind it does not (RFC 4918). */
const FAILED_DEPENDENCY = 424;

/** Says in the words of the public API why `callee` has no answer. Throw what it returns. */
export function toPublicProblem(callee: string, outcome: Unanswered): Error {
  if (outcome.kind === 'refused') {
    const { status, code, detail, errors } = outcome.problem;
    return problem(status === FAILED_DEPENDENCY ? 503 : status, code, detail, errors);
  }
  switch (outcome.reason) {
    case 'timeout':
    case 'deadline':
      return problem(504, `${callee}-timeout`, `${callee} did not answer in time.`);
    case 'connection':
    case 'server-error':
    case 'breaker-open':
    case 'bulkhead-full':
      return problem(503, `${callee}-unavailable`, `${callee} cannot answer: ${outcome.reason}.`);
  }
}
