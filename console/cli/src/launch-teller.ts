import type { LaunchProgress } from '@faultline/server/contract';
import { printable, type Terminal } from './terminal.ts';

/** Tells somebody who waits how a launch gets on. */
export interface LaunchTeller {
  tell(progress: readonly LaunchProgress[]): void;
}

/** Parts of a launch that are no instances, and may take minutes. */
const LONG_PARTS: ReadonlySet<string> = new Set(['images', 'network']);
/** Most often that one tells where it is to somebody who cannot see a line change, milliseconds. */
const STEP_MS = 5000;

/** Says each part once when it is settled; what takes long tells its steps meanwhile. */
export function createLaunchTeller(terminal: Terminal): LaunchTeller {
  const told = new Set<string>();
  let step = '';
  let stepAt = 0;
  const settle = ({ part, state, detail, elapsedMs }: LaunchProgress): void => {
    if ((state !== 'ready' && state !== 'failed') || told.has(`${part} ${state}`)) return;
    told.add(`${part} ${state}`);
    const mark = state === 'ready' ? terminal.paint.ok('✓') : terminal.paint.bad('✗');
    terminal.line(`${mark} ${part}  ${printable(detail)}  ${(elapsedMs / 1000).toFixed(1)} s`);
  };
  return {
    tell(progress) {
      for (const line of progress) settle(line);
      const long = progress.find(({ part, state }) => state === 'starting' && LONG_PARTS.has(part));
      const text = long ? `… ${long.part}  ${printable(long.detail)}` : '';
      if (terminal.transient(text) || text === '' || text === step) return;
      if (Date.now() - stepAt < STEP_MS) return;
      step = text;
      stepAt = Date.now();
      terminal.line(text);
    },
  };
}
