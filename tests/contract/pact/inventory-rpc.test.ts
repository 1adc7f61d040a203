import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaksOf, readContract } from './rpc-contract.ts';

const PRODUCER = 'lab-services/inventory/proto/inventory.v1.proto';
const COPY_OF_ORDERS = 'lab-services/orders/proto/inventory.v1.proto';
const COPY_OF_CATALOG = 'lab-services/catalog/proto/inventory.v1.proto';

describe('inventory.v1', () => {
  it.each([
    [COPY_OF_ORDERS, 2],
    [COPY_OF_CATALOG, 1],
  ])('is what %s takes it for', (path, methods) => {
    const copy = readContract(path);
    expect(copy.methods.size).toBe(methods);
    expect(breaksOf(copy, readContract(PRODUCER))).toEqual([]);
  });
});

describe('a producer that changes its proto file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faultline-proto-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function breaksAfter(before: string, after: string): Promise<string[]> {
    const text = await readFile(resolve(import.meta.dirname, '../../..', PRODUCER), 'utf8');
    expect(text).toContain(before);
    const path = join(folder, 'changed.proto');
    await writeFile(path, text.replace(before, after));
    return breaksOf(readContract(COPY_OF_ORDERS), readContract(path));
  }

  it('is welcome to add a field', async () => {
    const breaks = await breaksAfter('bool success = 1;', 'bool success = 1; bool fresh = 9;');
    expect(breaks).toEqual([]);
  });

  it.each([
    ['gives a field another number', 'string order_id = 3;', 'string order_id = 7;', 'number 3'],
    ['gives a field another type', 'bool success = 1;', 'int32 success = 1;', 'success: type'],
    ['makes one of many', 'repeated Line further_lines', 'Line further_lines', 'label'],
    ['uses a number for something else', 'string error_code = 4;', 'string hint = 4;', 'name'],
    ['takes a method away', 'rpc ReleaseStock', 'rpc FreeStock', 'ReleaseStock is not offered'],
    [
      'answers with a stream',
      'returns (ReserveStockResponse)',
      'returns (stream ReserveStockResponse)',
      'responseStream is true',
    ],
  ])('is found out when it %s', async (_what, before, after, told) => {
    expect((await breaksAfter(before, after)).join('; ')).toContain(told);
  });
});
