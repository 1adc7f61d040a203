import { describe, expect, it } from 'vitest';
import { clampViewport, firstView, pan, placeOf, wholeTrace, zoom } from './viewport.ts';

describe('the viewport of a trace', () => {
  it('stops at the ends when it is moved', () => {
    expect(pan({ fromMs: 0, toMs: 100 }, -0.5, 1000)).toEqual({ fromMs: 0, toMs: 100 });
    expect(pan({ fromMs: 850, toMs: 950 }, 1, 1000)).toEqual({ fromMs: 900, toMs: 1000 });
  });

  it('keeps what is under the pointer in place when it zooms', () => {
    expect(zoom({ fromMs: 0, toMs: 1000 }, 0.5, 1000, 0.25)).toEqual({ fromMs: 125, toMs: 625 });
  });

  it('never grows beyond the trace, and never becomes empty', () => {
    expect(zoom({ fromMs: 400, toMs: 600 }, 100, 1000)).toEqual({ fromMs: 0, toMs: 1000 });
    const tiny = zoom({ fromMs: 0, toMs: 0.001 }, 0.001, 1000);
    expect(tiny.toMs - tiny.fromMs).toBeGreaterThan(0);
  });

  it.each([
    [{ fromMs: NaN, toMs: 5 }],
    [{ fromMs: 700, toMs: 300 }],
    [{ fromMs: -5, toMs: Infinity }],
  ])('reads a broken link as the whole trace: %o', (broken) => {
    expect(clampViewport(broken, 1000)).toEqual(wholeTrace(1000));
  });

  it('places a span inside, across and outside', () => {
    const viewport = { fromMs: 100, toMs: 300 };
    expect(placeOf(150, 50, viewport)).toEqual({ left: 0.25, width: 0.25 });
    expect(placeOf(0, 1000, viewport)).toEqual({ left: 0, width: 1 });
    expect(placeOf(400, 10, viewport)).toBeNull();
    expect(placeOf(0, 50, viewport)).toBeNull();
  });

  it('begins with the request when work goes on long after the answer', () => {
    const request = { startMs: 0, endMs: 1000 };
    expect(firstView(request, 30_000)).toEqual({ fromMs: 0, toMs: 1030 });
    expect(firstView(request, 1100)).toEqual({ fromMs: 0, toMs: 1100 });
    expect(firstView(undefined, 50)).toEqual({ fromMs: 0, toMs: 50 });
  });
});
