import { trace } from '@opentelemetry/api';
import type { Chassis, ConsumerDefinition, DomainEvent } from '../service.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const LONGEST_REASON = 500;

/** How the attempts to handle a message ended. */
export type AttemptsResult =
  | { kind: 'processed' }
  /** A dead letter; `attempts` is 0 for a message that is no event. */
  | { kind: 'failed'; attempts: number; reason: string }
  /** The service ends, or the partition goes to another member. */
  | { kind: 'interrupted' };

export interface AttemptsOptions {
  chassis: Chassis;
  definition: ConsumerDefinition;
  signal: AbortSignal;
}

/**
 * Handles `event` until it is processed or given up, as the pattern `deadLetter` says at the moment
 * of each attempt. Switched off, nothing is given up: the partition waits behind the event.
 */
export async function attemptEvent(
  options: AttemptsOptions,
  event: DomainEvent,
): Promise<AttemptsResult> {
  const { chassis, definition, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const { enabled, attempts } = chassis.policy('deadLetter');
    const last = enabled && attempt >= (definition.maxAttempts ?? attempts);
    try {
      await definition.handle(event, { attempt, last });
      return { kind: 'processed' };
    } catch (error) {
      trace.getActiveSpan()?.recordException(error as Error);
      chassis.log.warn(
        { err: error, 'event.id': event.id, 'event.type': event.type, attempt },
        'event not processed',
      );
      if (last && !definition.isTransient?.(error)) {
        const reason = `${(error as Error).name}: ${(error as Error).message}`;
        return { kind: 'failed', attempts: attempt, reason: reason.slice(0, LONGEST_REASON) };
      }
    }
    await pause(options, attempt);
    if (signal.aborted) return { kind: 'interrupted' };
  }
}

/** A message that is no event cannot be handled: it is given up as soon as that is allowed. */
export async function giveUp(options: AttemptsOptions, reason: string): Promise<AttemptsResult> {
  for (let look = 1; !options.chassis.policy('deadLetter').enabled; look++) {
    await pause(options, look);
    if (options.signal.aborted) return { kind: 'interrupted' };
  }
  return { kind: 'failed', attempts: 0, reason };
}

async function pause({ chassis, signal }: AttemptsOptions, attempt: number): Promise<void> {
  const boundMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  const pauseMs = boundMs * (0.5 + chassis.random.next() / 2);
  await chassis.clock.sleep(pauseMs, signal).catch(() => undefined);
}
