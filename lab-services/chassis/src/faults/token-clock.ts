import type { Clock } from '../core/index.ts';
import type { ActiveFaults } from './active-faults.ts';

/** `clock`, ahead by what faults of kind `identity.expired-token` say: good tokens have expired. */
export function createTokenClock(clock: Clock, faults: ActiveFaults): Clock {
  return {
    ...clock,
    now() {
      if (!faults.isAny) return clock.now();
      const skews = faults.of('identity.expired-token').map(({ fault }) => fault.skewMs);
      return clock.now() + Math.max(0, ...skews);
    },
  };
}
