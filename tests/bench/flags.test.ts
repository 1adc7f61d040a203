import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.ts';

const BENCHES = ['a', 'b', 'c'];

describe('the command line of the benchmarks', () => {
  it('runs every bench, three rounds, by default', () => {
    expect(parseFlags([], BENCHES)).toEqual({
      ok: true,
      flags: { only: BENCHES, rounds: 3, seconds: 20, json: false, publish: false, help: false },
    });
  });

  it('runs the named benches once each, in the usual order', () => {
    expect(parseFlags(['--only', 'c, a,c', '--rounds', '5'], BENCHES)).toMatchObject({
      flags: { only: ['a', 'c'], rounds: 5 },
    });
  });

  it.each([
    [['--only', 'a,x'], '--only: Must be names with commas between, of a, b, c, received "a,x"'],
    [['--rounds', '0'], '--rounds: '],
    [['--rounds', '2.5'], '--rounds: '],
    [['--rounds', 'many'], 'received "many"'],
    [['--seconds', '4000'], '--seconds: '],
    [['--fast'], "Unknown option '--fast'"],
    [['a'], "Unexpected argument 'a'"],
    [['--only'], '--only'],
  ])('refuses %j by name', (args, problem) => {
    const result = parseFlags(args, BENCHES);
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? '' : result.problem).toContain(problem);
  });
});
