import type { SagaRepository } from '../saga/saga-repository.ts';

/** Where an instance dies: around its n-th write of a move (from 1), or right after beginning. */
export type CrashPoint = 'after begin' | `before save ${number}` | `after save ${number}`;

/** The process is gone: nothing it would do afterwards happens. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** `repository` as used by an instance that dies at `point`. */
export function crashAt(repository: SagaRepository, point: CrashPoint): SagaRepository {
  let saves = 0;
  let dead = false;
  const passBy = (place: CrashPoint) => {
    dead ||= place === point;
    if (dead) throw new Crash(place);
  };
  return {
    ...repository,
    async begin(order) {
      const record = await repository.begin(order);
      passBy('after begin');
      return record;
    },
    async save(...move) {
      saves++;
      passBy(`before save ${saves}`);
      const saved = await repository.save(...move);
      passBy(`after save ${saves}`);
      return saved;
    },
    async release() {
      throw new Crash('a dead instance releases nothing');
    },
  };
}
