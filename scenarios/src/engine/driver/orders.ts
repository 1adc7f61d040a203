import type { Answer, Order } from '../core/events.ts';
import { READING_AT_MOST_MS, SETTLE_AT_MOST_MS } from '../limits.ts';
import { perform } from './acts.ts';
import { restoreLoad, undoRun, type UndoParts } from './undo.ts';
import { withinTime } from './within-time.ts';

/**
 * Carries out one order through the ports of the lab.
 *
 * @throws what the ports throw, that they took too long, and the signal's reason when it is stopped
 */
export async function carryOut(
  parts: UndoParts,
  order: Order,
  signal: AbortSignal,
): Promise<Answer> {
  switch (order.kind) {
    case 'wait':
      await parts.clock.sleep(order.ms, signal);
      return { kind: 'waited' };
    case 'act':
      return { kind: 'acted', acted: await perform(parts, order.act, signal) };
    case 'undo':
      return { kind: 'undone', left: await undoRun(parts) };
    case 'restore-load':
      return { kind: 'undone', left: await restoreLoad(parts) };
    case 'measure':
    case 'effect':
    case 'sight':
    case 'settle':
    case 'invariants': {
      const settling = order.kind === 'settle' ? SETTLE_AT_MOST_MS : 0;
      const atMostMs = settling + READING_AT_MOST_MS;
      return withinTime(parts.clock, atMostMs, (inTime) => read(parts, order, inTime), signal);
    }
  }
}

type ReadingOrder = Extract<
  Order,
  { kind: 'measure' | 'effect' | 'sight' | 'settle' | 'invariants' }
>;

async function read(
  { injected, ports }: UndoParts,
  order: ReadingOrder,
  signal: AbortSignal,
): Promise<Answer> {
  switch (order.kind) {
    case 'measure':
      return { kind: 'reading', reading: await ports.measure(order.probe, order.span, signal) };
    case 'effect': {
      const fault = injected.get(order.faultId);
      if (!fault) throw new Error(`nothing is known of ${order.faultId} from before it`);
      const { baseline, reach } = fault;
      const told = await ports.effects.seen(reach, baseline, order.span, signal);
      return { kind: 'effect', ...told };
    }
    case 'sight':
      return { kind: 'sighting', ...(await ports.sight(order.sighting, order.span, signal)) };
    case 'settle':
      return { kind: 'settled', done: await ports.data.settle(signal) };
    case 'invariants':
      return { kind: 'invariants', report: await ports.invariants(signal) };
  }
}
