import type { SagaDetail } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import { sagaLanes } from './saga-lanes.ts';

function entry(at: number, event: string, step: string | null): SagaDetail['timeline'][number] {
  return {
    at,
    event,
    step,
    service: 'orders',
    instance: null,
    detail: event,
    traceId: null,
    spanId: null,
  };
}

describe('the swim lanes of a saga', () => {
  it('show each try of a step and of its compensation', () => {
    const lanes = sagaLanes([
      entry(0, 'saga.started', null),
      entry(1, 'saga.step.started', 'reserve'),
      entry(5, 'saga.step.completed', 'reserve'),
      entry(6, 'saga.step.started', 'charge'),
      entry(9, 'saga.step.failed', 'charge'),
      entry(10, 'saga.compensation.started', 'reserve'),
      entry(12, 'saga.compensation.completed', 'reserve'),
      entry(13, 'saga.compensated', null),
    ]);
    expect(lanes.map((lane) => lane.step)).toEqual(['reserve', 'charge']);
    expect(lanes[0]?.compensation).toMatchObject([{ from: 10, to: 12, outcome: 'completed' }]);
    expect(lanes[1]?.forward).toMatchObject([{ from: 6, to: 9, outcome: 'failed' }]);
  });

  it('end a try that was cut off where the next one begins', () => {
    const [lane] = sagaLanes([
      entry(0, 'saga.step.started', 'charge'),
      entry(50, 'saga.step.started', 'charge'),
    ]);
    expect(lane?.forward).toMatchObject([
      { from: 0, to: 50, outcome: 'failed' },
      { from: 50, to: null, outcome: 'running' },
    ]);
  });

  it('show an end whose beginning is lost, and entries that came out of order', () => {
    const [lane] = sagaLanes([
      entry(9, 'saga.step.completed', 'ship'),
      entry(3, 'saga.step.failed', 'ship'),
    ]);
    expect(lane?.forward.map(({ from, outcome }) => [from, outcome])).toEqual([
      [3, 'failed'],
      [9, 'completed'],
    ]);
  });
});
