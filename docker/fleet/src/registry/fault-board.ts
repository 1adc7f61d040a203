import type { ChassisFault, ChassisFaults, Clock } from '@faultline/chassis/core';

/** The faults inside of instances: who is to be told of which, and for how long. */
export interface FaultBoard {
  tell(instance: string, fault: ChassisFault, ttlMs: number): void;
  /** Idempotent. */
  forget(instance: string, faultId: string): void;
  /** What is in effect now, with what is left of each. */
  of(instance: string): ChassisFaults;
  clear(): void;
}

/** Creates an empty board; `changed` is told of every instance whose faults change or go on. */
export function createFaultBoard(clock: Clock, changed: (instance: string) => void): FaultBoard {
  const boards = new Map<string, Map<string, { fault: ChassisFault; endsMs: number }>>();
  return {
    tell(instance, fault, ttlMs) {
      const now = clock.monotonicMs();
      const board = new Map(
        [...(boards.get(instance) ?? [])].filter(([, { endsMs }]) => endsMs > now),
      );
      boards.set(instance, board);
      board.set(fault.id, { fault, endsMs: now + ttlMs });
      changed(instance);
    },
    forget(instance, faultId) {
      const board = boards.get(instance);
      if (!board?.delete(faultId)) return;
      if (board.size === 0) boards.delete(instance);
      changed(instance);
    },
    of(instance) {
      const now = clock.monotonicMs();
      const board = [...(boards.get(instance)?.values() ?? [])];
      return {
        faults: board
          .map(({ fault, endsMs }) => ({ fault, ttlMs: Math.floor(endsMs - now) }))
          .filter(({ ttlMs }) => ttlMs >= 1),
      };
    },
    clear: () => boards.clear(),
  };
}
