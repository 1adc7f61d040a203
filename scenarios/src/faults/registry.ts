import { z } from 'zod';
import { error } from './application/error.ts';
import { exception } from './application/exception.ts';
import { applicationLatency } from './application/latency.ts';
import { leak } from './application/leak.ts';
import { poolExhaustion } from './application/pool-exhaustion.ts';
import { wrongAnswer } from './application/wrong-answer.ts';
import { brokerRestart } from './events/broker-restart.ts';
import { consumerPause } from './events/consumer-pause.ts';
import { crashAfterCommit } from './events/crash-after-commit.ts';
import { duplicate } from './events/duplicate.ts';
import { poisonMessage } from './events/poison-message.ts';
import { reorder } from './events/reorder.ts';
import { fieldsOf, type FaultFieldView } from './fields.ts';
import { expiredToken } from './identity/expired-token.ts';
import { httpAbort } from './http/abort.ts';
import { httpBody } from './http/body.ts';
import { httpDelay } from './http/delay.ts';
import { httpHeader } from './http/header.ts';
import { httpStatus } from './http/status.ts';
import { expiredCertificate } from './identity/expired-certificate.ts';
import { revokedToken } from './identity/revoked-token.ts';
import { rotatedKey } from './identity/rotated-key.ts';
import { retryStorm } from './load/retry-storm.ts';
import { slowClients } from './load/slow-clients.ts';
import { spike } from './load/spike.ts';
import type { AnyFaultKind } from './model.ts';
import { bandwidth } from './network/bandwidth.ts';
import { flapping } from './network/flapping.ts';
import { latency } from './network/latency.ts';
import { limitData } from './network/limit-data.ts';
import { partition } from './network/partition.ts';
import { refuse } from './network/refuse.ts';
import { reset } from './network/reset.ts';
import { slicer } from './network/slicer.ts';
import { slowClose } from './network/slow-close.ts';
import { timeout } from './network/timeout.ts';
import { cpuHog } from './process/cpu-hog.ts';
import { crashLoop } from './process/crash-loop.ts';
import { crash } from './process/crash.ts';
import { eventLoopStall } from './process/event-loop-stall.ts';
import { memoryPressure } from './process/memory-pressure.ts';
import { pause } from './process/pause.ts';
import { restart } from './process/restart.ts';
import { stop } from './process/stop.ts';
import { describeErrors, fieldErrors } from './field-errors.ts';
import { refused, showReceived, type FaultRefusal } from './refusal.ts';
import { selectorShape, type Selector } from './selector.ts';

/** Every kind of fault there is: the one list. To add a kind, write its file and name it here. */
export const FAULT_KINDS: readonly AnyFaultKind[] = [
  latency,
  bandwidth,
  slowClose,
  timeout,
  reset,
  slicer,
  limitData,
  refuse,
  partition,
  flapping,
  httpStatus,
  httpDelay,
  httpAbort,
  httpBody,
  httpHeader,
  crash,
  stop,
  pause,
  restart,
  crashLoop,
  cpuHog,
  memoryPressure,
  eventLoopStall,
  error,
  applicationLatency,
  exception,
  wrongAnswer,
  leak,
  poolExhaustion,
  consumerPause,
  duplicate,
  reorder,
  crashAfterCommit,
  poisonMessage,
  brokerRestart,
  rotatedKey,
  revokedToken,
  expiredCertificate,
  spike,
  retryStorm,
  slowClients,
  expiredToken,
];

/** Longest and shortest life of a lease, and the one nobody asked for, seconds. */
export const TTL_SECONDS = { minimum: 1, maximum: 3600, default: 60 } as const;

const leaseShape = {
  ...selectorShape,
  ttlSeconds: z
    .number()
    .min(TTL_SECONDS.minimum)
    .max(TTL_SECONDS.maximum)
    .default(TTL_SECONDS.default),
};

/** A valid request, taken apart. */
export interface FaultRequest {
  kind: AnyFaultKind;
  spec: { kind: string };
  selector: Selector;
  ttlSeconds: number;
  /** The whole request as it was validated, defaults filled in. */
  request: Record<string, unknown>;
}

/** The registry of kinds as the lease manager, the API and the reference page use it. */
export interface FaultRegistry {
  readonly kinds: readonly AnyFaultKind[];
  /** The form of a kind. */
  fields(kind: AnyFaultKind): FaultFieldView[];
  /** Checks a request that came from outside against the rules of its kind. */
  parse(input: unknown): FaultRequest | FaultRefusal;
}

/** Creates the registry of `kinds`; all of them unless told otherwise. */
export function createFaultRegistry(kinds: readonly AnyFaultKind[] = FAULT_KINDS): FaultRegistry {
  return {
    kinds,
    fields: (kind) => fieldsOf(kind.schema),
    parse(input) {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        return refused('invalid-fault', `a fault is an object; received ${showReceived(input)}`, [
          { field: 'body', rule: 'is an object', received: showReceived(input) },
        ]);
      }
      const asked = 'kind' in input ? input.kind : undefined;
      const kind = kinds.find((one) => one.kind === asked);
      if (!kind) {
        const rule = `one of ${kinds.map((one) => one.kind).join(', ')}`;
        const received = showReceived(asked);
        return refused('unknown-kind', `kind must be ${rule}; received ${received}`, [
          { field: 'kind', rule, received },
        ]);
      }
      return parseAs(kind, input);
    },
  };
}

function parseAs(kind: AnyFaultKind, input: object): FaultRequest | FaultRefusal {
  const { link, links, service, instance, ttlSeconds, ...fields } = input as Selector & {
    ttlSeconds?: number;
  };
  const given = { link, links, service, instance, ttlSeconds };
  const lease = z.object(leaseShape).safeParse(given);
  const spec = kind.schema.safeParse(fields);
  if (!lease.success || !spec.success) {
    const errors = [
      ...(spec.error ? fieldErrors(spec.error, fields) : []),
      ...(lease.error ? fieldErrors(lease.error, given) : []),
    ];
    return refused('invalid-fault', describeErrors(errors), errors);
  }
  const { ttlSeconds: seconds, ...selector } = lease.data;
  return {
    kind,
    spec: spec.data,
    selector,
    ttlSeconds: seconds,
    request: { ...spec.data, ...selector, ttlSeconds: seconds },
  };
}
