import type { Pool } from 'undici';
import type { Clock, Random } from '../core/index.ts';
import type { RpcChannels } from '../rpc/client.ts';
import type { CallFailure, Telemetry } from '../service.ts';
import type { CredentialsOf } from '../security/outbound.ts';
import type { AttemptOutcome } from './attempt.ts';
import type { Balancer } from './balancer.ts';
import type { Breaker } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { LinkEvents } from './link-events.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Everything one guarded call passes through; the parts live as long as the link. */
export interface LinkParts {
  readonly name: string;
  readonly callee: string;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: Random;
  readonly balancer: Balancer;
  readonly breaker: Breaker;
  readonly bulkhead: Bulkhead;
  readonly retryBudget: RetryBudget;
  readonly events: LinkEvents;
  readonly metrics: LinkMetrics;
  /** Shows the callee who calls; absent where nobody asks. */
  readonly credentialsOf: CredentialsOf | undefined;
  poolOf(host: string, port: number): Pool;
  readonly rpc: RpcChannels;
}

/** A failure before any attempt: the callee knows nothing of it. */
export function notSent(reason: CallFailure['reason'], detail: string): CallFailure {
  return { kind: 'failed', reason, maybeReceived: false, attempts: 0, detail };
}

/** What {@link retryUntilSettled} needs of an attempt (or of an attempt and its hedge). */
export type AttemptReport<Body> = { kind: 'breaker-open' } | MadeAttempt<Body>;

export interface MadeAttempt<Body> {
  kind: 'made';
  outcome: AttemptOutcome<Body>;
  instance: string | undefined;
  /** How many requests were sent: 2 with a hedge. */
  attempts: number;
  /** Whether any of them may have been received. */
  maybeReceived: boolean;
}
