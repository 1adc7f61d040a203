import { describe, expect, it } from 'vitest';
import { loadSchema, readInitialLoad } from './load.ts';

describe('the initial load', () => {
  it('is the default when the environment says nothing', () => {
    expect(readInitialLoad({})).toEqual({
      rps: 40,
      mix: { browse: 6, checkout: 3, history: 1 },
      seed: 7,
      enabled: true,
      declineRatio: 0,
    });
  });

  it('is what the environment says', () => {
    expect(
      readInitialLoad({ LOAD_RPS: '12.5', LOAD_SEED: '3', LOAD_ENABLED: 'false' }),
    ).toMatchObject({ rps: 12.5, seed: 3, enabled: false });
  });

  it('takes the mix as JSON', () => {
    const mix = { browse: 1, checkout: 2, history: 3 };
    expect(readInitialLoad({ LOAD_MIX: JSON.stringify(mix) }).mix).toEqual(mix);
  });

  it.each([
    { LOAD_RPS: '501' },
    { LOAD_SEED: '1.5' },
    { LOAD_ENABLED: 'yes' },
    { LOAD_MIX: 'browse=1' },
    { LOAD_MIX: '{"browse":-1,"checkout":1,"history":1}' },
  ])('is refused when a variable breaks its rule: %j', (environment) => {
    expect(() => readInitialLoad(environment)).toThrow(Object.keys(environment)[0]);
  });
});

describe('a load', () => {
  const load = { rps: 500, mix: { browse: 1, checkout: 0, history: 0 }, seed: 0, enabled: true };

  it('may have 0 to 500 requests per second', () => {
    expect(loadSchema.safeParse({ ...load, rps: 0 }).success).toBe(true);
    expect(loadSchema.safeParse(load).success).toBe(true);
    expect(loadSchema.safeParse({ ...load, rps: 500.1 }).success).toBe(false);
  });

  it('needs a journey with a weight', () => {
    const mix = { browse: 0, checkout: 0, history: 0 };
    expect(loadSchema.safeParse({ ...load, mix }).success).toBe(false);
  });

  it('may not hold fields that nobody knows', () => {
    expect(loadSchema.safeParse({ ...load, rpm: 3 }).success).toBe(false);
  });
});
