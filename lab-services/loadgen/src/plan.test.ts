import { describe, expect, it } from 'vitest';
import type { Load } from './load.ts';
import { planJourneys, type PlannedJourney } from './plan.ts';

const LOAD: Load = {
  rps: 40,
  mix: { browse: 6, checkout: 3, history: 1 },
  seed: 7,
  enabled: true,
  declineRatio: 0,
};

interface Line {
  quantity: number;
}

function take(load: Load, count: number): PlannedJourney[] {
  const plan = planJourneys(load);
  return Array.from({ length: count }, () => plan.next().value);
}

describe('a plan', () => {
  it('repeats itself for the same seed', () => {
    expect(take(LOAD, 500)).toEqual(take(LOAD, 500));
  });

  it('differs for another seed', () => {
    expect(take(LOAD, 20)).not.toEqual(take({ ...LOAD, seed: 8 }, 20));
  });

  it('plays the same requests at another rate', () => {
    const requests = (load: Load) => take(load, 200).map((journey) => journey.requests);
    expect(requests({ ...LOAD, rps: 500 })).toEqual(requests(LOAD));
  });

  it('holds the rate of requests over all journeys', () => {
    const journeys = take(LOAD, 20_000);
    const requests = journeys.reduce((sum, { requests: { length } }) => sum + length, 0);
    const seconds = (journeys.at(-1)?.atMs ?? 0) / 1_000;
    expect(requests / seconds).toBeGreaterThan(38.8);
    expect(requests / seconds).toBeLessThan(41.2);
  });

  it('holds the weights of the journeys', () => {
    const journeys = take(LOAD, 20_000);
    const share = (name: string) =>
      journeys.filter(({ journey }) => journey === name).length / journeys.length;
    expect(share('browse')).toBeCloseTo(0.6, 1);
    expect(share('checkout')).toBeCloseTo(0.3, 1);
    expect(share('history')).toBeCloseTo(0.1, 1);
  });

  it('asks in every version and every shape, and a customer stays with one', () => {
    const journeys = take(LOAD, 2_000);
    const fronts = journeys.map(({ requests }) => [
      ...new Set(requests.map(({ path }) => path.split('/')[1])),
    ]);
    expect(new Set(fronts.flat())).toEqual(new Set(['v1', 'v2', 'web', 'mobile']));
    const mixed = fronts.filter(({ length }) => length > 1).map((names) => names.sort().join());
    // The web and the phone place orders, and the web lists products, as version 1 does.
    expect(new Set(mixed)).toEqual(new Set(['mobile,v1', 'v1,web']));
  });

  it('leaves out journeys of weight 0', () => {
    const mix = { browse: 0, checkout: 1, history: 0 };
    expect(take({ ...LOAD, mix }, 200).every(({ journey }) => journey === 'checkout')).toBe(true);
  });

  it('asks for too much for any card only when told to', () => {
    const quantities = (declineRatio: number) =>
      take({ ...LOAD, declineRatio }, 2_000)
        .flatMap(({ requests }) => requests)
        .flatMap(({ body }) => {
          const { items, lines } = (body ?? {}) as { items?: Line[]; lines?: Line[] };
          return items ?? lines ?? [];
        })
        .map(({ quantity }) => quantity);
    expect(Math.max(...quantities(0))).toBeLessThanOrEqual(2);
    expect(Math.min(...quantities(1))).toBe(600);
  });
});
