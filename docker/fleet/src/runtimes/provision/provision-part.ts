import type { Clock } from '@faultline/chassis/core';
import type { Work } from '../../plan/model.ts';
import { provisionKafka } from './kafka.ts';
import { provisionPostgres } from './postgres.ts';
import { awaitToxiproxy } from './toxiproxy.ts';

/**
 * Brings what an instance holds to the plan, by its direct address and not through a proxy, as soon
 * as it answers. Services hold nothing.
 *
 * @param known what replaces the plan's own, for a part that somebody else made
 */
export async function provisionPart(
  work: Work,
  address: { host: string; port: number },
  known: { superuserPassword: string | undefined },
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  switch (work.program) {
    case 'service':
      return;
    case 'toxiproxy':
      return awaitToxiproxy(address, clock, gone);
    case 'kafka':
      return provisionKafka(address, work.topics, clock, gone);
    case 'postgres': {
      const password = known.superuserPassword ?? work.superuserPassword;
      return provisionPostgres({ ...address, password }, work.databases, clock, gone);
    }
  }
}
