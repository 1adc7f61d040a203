import type { CallOutcome, Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Journey } from './load.ts';

/** How many requests there were, since the start of the process. */
export interface RequestCounts {
  sent: number;
  /** By the shop, with whatever status. */
  answered: number;
  /** Without an answer: refused connection, timeout. */
  failed: number;
  /** Not sent, because too many were under way. */
  dropped: number;
}

/** What happens in this service, each told once. */
export interface Events {
  requestSent(journey: Journey): void;
  requestDropped(journey: Journey): void;
  /** A customer sends at once again what failed. */
  requestRepeated(journey: Journey): void;
  requestAnswered(journey: Journey, outcome: CallOutcome<unknown>): void;
  counts(): RequestCounts;
}

/** Creates the events of the service. Metrics only: a log line per request would be noise. */
export function createEvents({ telemetry }: Pick<Chassis, 'telemetry'>): Events {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [telemetry.metrics] });
  const sent = counter('load_requests_sent_total', 'Requests sent', 'journey');
  const dropped = counter(
    'load_requests_dropped_total',
    'Requests not sent, because too many were under way',
    'journey',
  );
  const repeated = counter(
    'load_requests_repeated_total',
    'Failed requests that were sent again at once',
    'journey',
  );
  const ended = counter(
    'load_requests_ended_total',
    'Requests that ended, by status class or reason of the failure',
    'journey',
    'outcome',
  );
  const counts: RequestCounts = { sent: 0, answered: 0, failed: 0, dropped: 0 };

  return {
    requestSent(journey) {
      counts.sent++;
      sent.inc({ journey });
    },
    requestDropped(journey) {
      counts.dropped++;
      dropped.inc({ journey });
    },
    requestRepeated: (journey) => repeated.inc({ journey }),
    requestAnswered(journey, outcome) {
      const unanswered = outcome.kind === 'failed' && outcome.reason !== 'server-error';
      if (unanswered) counts.failed++;
      else counts.answered++;
      ended.inc({ journey, outcome: labelOf(outcome) });
    },
    counts: () => ({ ...counts }),
  };
}

function labelOf(outcome: CallOutcome<unknown>): string {
  switch (outcome.kind) {
    case 'ok':
    case 'refused':
      return `${Math.floor(outcome.status / 100)}xx`;
    case 'fallback':
      return 'fallback';
    case 'failed':
      return outcome.reason;
  }
}
