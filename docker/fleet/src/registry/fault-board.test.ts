import { createManualClock, type ChassisFault } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { createFaultBoard } from './fault-board.ts';

const fault = (id: string): ChassisFault => ({ id, kind: 'process.cpu-hog', threads: 1 });

function start() {
  const clock = createManualClock();
  const told: string[] = [];
  const board = createFaultBoard(clock, (instance) => void told.push(instance));
  const left = (instance: string) =>
    board.of(instance).faults.map(({ fault: { id }, ttlMs }) => [id, ttlMs]);
  return { clock, board, told, left };
}

it('tells what is left of each fault of an instance', async () => {
  const { clock, board, left } = start();
  board.tell('orders-1', fault('a'), 4000);
  await clock.advance(1000);
  board.tell('orders-1', fault('b'), 2000);
  board.tell('orders-2', fault('c'), 500);
  expect(left('orders-1')).toEqual([
    ['a', 3000],
    ['b', 2000],
  ]);
  await clock.advance(2000);
  expect(left('orders-1')).toEqual([['a', 1000]]);
  expect(left('orders-2')).toEqual([]);
  await clock.advance(1000);
  expect(left('orders-1')).toEqual([]);
});

it('prolongs a fault that is told again, and says so each time', async () => {
  const { clock, board, told, left } = start();
  for (let second = 0; second < 3; second++) {
    board.tell('orders-1', fault('a'), 4000);
    await clock.advance(1000);
  }
  expect(left('orders-1')).toEqual([['a', 3000]]);
  expect(told).toEqual(['orders-1', 'orders-1', 'orders-1']);
});

it('forgets a fault once, and says nothing of one that is not there', () => {
  const { board, told, left } = start();
  board.tell('orders-1', fault('a'), 4000);
  board.tell('orders-1', fault('b'), 4000);
  board.forget('orders-1', 'a');
  board.forget('orders-1', 'a');
  board.forget('orders-2', 'b');
  expect(told).toEqual(['orders-1', 'orders-1', 'orders-1']);
  expect(left('orders-1')).toEqual([['b', 4000]]);
  board.clear();
  expect(left('orders-1')).toEqual([]);
});
