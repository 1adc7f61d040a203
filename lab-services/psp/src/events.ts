import type { Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Authorised } from './authorisation-repository.ts';
import type { Authorisation } from './authorisation.ts';

/** What happens in this service, each told once. */
export interface Events {
  authorisationAnswered(requestReference: string, outcome: Authorised): void;
  reversalAnswered(authorisation: Authorisation): void;
}

/** Creates the events of the service: a metric with few labels, a log line with the detail. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const authorisations = new Counter({
    name: 'psp_authorisations_total',
    help: 'Authorisations, by status; REPEATED repeats an earlier answer',
    labelNames: ['status'],
    registers: [telemetry.metrics],
  });
  const reversals = new Counter({
    name: 'psp_reversals_total',
    help: 'Reversals, by status',
    labelNames: ['status'],
    registers: [telemetry.metrics],
  });
  return {
    authorisationAnswered(requestReference, outcome) {
      const status = statusOf(outcome);
      authorisations.inc({ status });
      log.info({ requestReference, status }, 'authorisation answered');
    },
    reversalAnswered({ request_reference, status, reversed_value }) {
      reversals.inc({ status });
      log.info(
        { requestReference: request_reference, status, reversed_value },
        'reversal answered',
      );
    },
  };
}

function statusOf(outcome: Authorised): string {
  if (outcome.kind !== 'told') return 'REFERENCE_REUSED';
  return outcome.repeated ? 'REPEATED' : outcome.authorisation.status;
}
