import type { Done, LoadPort } from '@faultline/scenarios';
import type { Load } from '../../contract/index.ts';
import type { LoadControl } from '../../lab/load.ts';
import type { DoAct } from './acts.ts';

const UNTOLD = 'the load generator could not be told; see whether loadgen is ready';

/** The load, turned where people turn it. @param before what it goes back to */
export function createLoadPort(load: LoadControl, act: DoAct, before: Load): LoadPort {
  const put = (wanted: Load): Promise<Done> =>
    act({ action: 'load.put', target: 'load', detail: JSON.stringify(wanted) }, async () =>
      (await load.change(wanted))
        ? { kind: 'done', detail: say(wanted) }
        : { kind: 'refused', detail: UNTOLD },
    );
  return {
    set: put,
    restore: async () =>
      JSON.stringify(load.current()) === JSON.stringify(before)
        ? { kind: 'done', detail: say(before) }
        : put(before),
  };
}

function say({ enabled, rps }: Load): string {
  return enabled ? `load ${rps}/s` : 'load off';
}
