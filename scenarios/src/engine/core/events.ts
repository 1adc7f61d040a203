import type { LoadSpec, PolicyChange, ProbeSpec, Sighting } from '../../document/model.ts';
import type { InvariantReport } from '../../invariants/check.ts';
import type { EntryOf } from '../../journal/entries.ts';
import type { Reading, Span } from '../../probes/model.ts';
import type { AbortReason } from '../abort.ts';
import type { Done } from '../ports.ts';

/** The load as it is set. */
export interface LoadSetting {
  enabled: boolean;
  rps: number;
  mix: LoadSpec['mix'];
  seed: number;
}

/** Something done to the lab. */
export type Act =
  | { what: 'reset-data' }
  | { what: 'load'; load: LoadSetting }
  | { what: 'policy'; change: PolicyChange }
  | { what: 'inject'; fault: { kind: string; [field: string]: unknown }; forMs: number }
  | { what: 'clear'; faultId: string; title: string; links: string[]; services: string[] }
  | { what: 'scale'; service: string; replicas: number }
  | { what: 'schema'; service: string; phase: string }
  | { what: 'redrive'; topic: string }
  | { what: 'rebuild'; service: string };

/** What became of an act: the body of its entry, and when the lab was first touched. */
export type Acted = Omit<EntryOf<'act'>, 'kind' | 'seq' | 'at' | 'variant'> & {
  /** Epoch milliseconds. */
  beganAt: number;
};

/** What the core asks of the driver. Each order is answered exactly once, unless it is stopped. */
export type Demand =
  | { kind: 'wait'; ms: number }
  | { kind: 'act'; act: Act }
  | { kind: 'measure'; probe: ProbeSpec; span: Span }
  | { kind: 'effect'; faultId: string; span: Span }
  | { kind: 'settle' }
  | { kind: 'invariants' }
  | { kind: 'sight'; sighting: Sighting; span: Span }
  | { kind: 'undo' }
  | { kind: 'restore-load' };

/** See {@link Demand}. */
export type Order = Demand & { id: number };

/** `stop`: gives up orders. Acts are answered even so: what they did must be undone. */
export type Effect = { kind: 'order'; order: Order } | { kind: 'stop'; id: number };

/** Answer to an order. `threw`: the lab itself failed. */
export type Answer =
  | { kind: 'waited' }
  | { kind: 'acted'; acted: Acted }
  | { kind: 'reading'; reading: Reading }
  | { kind: 'effect'; seen: boolean; detail: string }
  | { kind: 'settled'; done: Done }
  | { kind: 'invariants'; report: InvariantReport }
  | { kind: 'sighting'; count: number; firstAt: number | null }
  | { kind: 'undone'; left: string[] }
  | { kind: 'threw'; message: string };

/** What the core is told. */
export type EngineEvent =
  | { kind: 'begin' }
  | { kind: 'answered'; id: number; answer: Answer }
  /** One act of an undo that is under way. */
  | { kind: 'undo-acted'; acted: Acted }
  | { kind: 'fault-ended'; faultId: string; why: string }
  | ({ kind: 'abort' } & AbortReason);
