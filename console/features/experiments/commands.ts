import type { StartSoak } from '@faultline/server/contract';

/** What is chosen before a run. */
export interface RunChoice {
  /** Empty: all of them. */
  variants: readonly string[];
  /** Null: the document's. */
  seed: number | null;
}

/** `run payments-latency-opens-breaker --variant with-breaker --seed 7`. */
export function runWords(experiment: string, { variants, seed }: RunChoice): string[] {
  return [
    'run',
    experiment,
    ...(variants.length === 0 ? [] : ['--variant', ...variants]),
    ...(seed === null ? [] : ['--seed', String(seed)]),
  ];
}

/** `soak --minutes 5 --seed 7 …`. */
export function soakWords(soak: StartSoak): string[] {
  const given = (option: string, values: readonly string[] = []) =>
    values.length === 0 ? [] : [option, ...values];
  return [
    'soak',
    ...(soak.durationSeconds === undefined ? [] : ['--minutes', String(soak.durationSeconds / 60)]),
    ...(soak.seed === undefined ? [] : ['--seed', String(soak.seed)]),
    ...(soak.rps === undefined ? [] : ['--rps', String(soak.rps)]),
    ...given('--kinds', soak.kinds),
    ...given('--off', soak.off),
    ...(soak.atOnce === undefined ? [] : ['--at-once', String(soak.atOnce)]),
    ...(soak.shrink === false ? ['--no-shrink'] : []),
  ];
}
