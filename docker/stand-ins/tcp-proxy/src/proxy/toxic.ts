import { createRandom, type Random } from '@faultline/chassis/core';
import type { Attributes } from '../toxics/attributes.ts';
import type { ToxicType } from '../toxics/toxic-type.ts';
import type { Lease } from './lease.ts';

/** `upstream`: client to server; `downstream`: server to client. */
export type Direction = 'upstream' | 'downstream';

/** What a toxic is made of, validated. */
export interface ToxicSettings {
  readonly name: string;
  readonly type: ToxicType;
  readonly direction: Direction;
  /** The direction as the client wrote it; echoed in replies. */
  readonly streamText: string;
  /** Share of the links that are hit, 0 to 1, held with the precision of a 32-bit float. */
  readonly toxicity: number;
  readonly attributes: Attributes;
  /** Lifetime in ms; absent: until removed. */
  readonly ttlMs?: number;
  /** Makes the toxic's draws repeatable on its own. */
  readonly seed?: number;
}

/** A toxic of one proxy. Links read `attributes` and `toxicity` afresh, so an update is a write. */
export interface Toxic extends Omit<ToxicSettings, 'ttlMs'> {
  attributes: Attributes;
  toxicity: number;
  readonly lease: Lease;
  /** A generator for the next link that the toxic is attached to. */
  nextRandom(): Random;
}

/**
 * @param fallbackSeed seed of a toxic that brings none
 * @param lease ends the toxic when its time is over
 */
export function createToxic(settings: ToxicSettings, fallbackSeed: number, lease: Lease): Toxic {
  const seeds = createRandom(settings.seed ?? fallbackSeed);
  const { ttlMs: _ttlMs, ...kept } = settings;
  return {
    ...kept,
    lease,
    // Links draw from generators of their own: how much one link carries never changes another's.
    nextRandom: () => createRandom(Math.floor(seeds.next() * 2 ** 32)),
  };
}

/** Mixes a seed with a name (FNV-1a), so that each named thing draws its own numbers. */
export function deriveSeed(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
