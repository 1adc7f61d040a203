import type { Topology } from '@faultline/topology';
import { describe, expect, it } from 'vitest';
import type { PolicyTarget } from './contract.ts';
import { createPolicyBook } from './policies.ts';
import { createPolicyDesk } from './policy-desk.ts';

const part = {
  layer: 'domain',
  purpose: '',
  replicas: 1,
  maxReplicas: 1,
  entry: '',
  database: false,
  produces: [],
  consumes: [],
} as const;
const TOPOLOGY: Topology = {
  services: [
    { ...part, name: 'caller', calls: ['callee'], patterns: [] },
    { ...part, name: 'callee', calls: [], patterns: ['idempotency', 'rateLimit'] },
  ],
  resources: [],
  topics: [],
};
const FLAG = { key: 'new', purpose: '', enabled: true, percentage: 10, users: [] };

function desk() {
  const told: [PolicyTarget, string][] = [];
  const book = createPolicyBook({
    topology: TOPOLOGY,
    policies: { 'caller->callee': { retry: { attempts: 2 } }, callee: { rateLimit: { burst: 5 } } },
    flags: [FLAG],
    mtls: false,
  });
  return { book, told, desk: createPolicyDesk(book, (...change) => told.push(change)) };
}

describe('the policy desk', () => {
  it('tells each change in words', () => {
    const { desk: it, told } = desk();
    it.patchLink('caller->callee', { breaker: { enabled: false }, retry: { attempts: 5 } });
    it.patchService('callee', { idempotency: { enabled: false } });
    it.patchFlag('new', { percentage: 50 });
    it.setMtls(true);
    expect(told.map(([{ kind, name }, detail]) => `${kind} ${name}: ${detail}`)).toEqual([
      'link caller->callee: breaker.enabled = false, retry.attempts = 5',
      'service callee: idempotency.enabled = false',
      'flag new: percentage = 50',
      'fleet mtls: switched on',
    ]);
  });

  it('tells nothing of a change that changes nothing', () => {
    const { desk: it, told } = desk();
    expect(it.patchLink('caller->callee', { retry: { attempts: 2 } }).kind).toBe('done');
    expect(it.patchService('callee', {}).kind).toBe('done');
    expect(it.patchFlag('new', { percentage: 10 }).kind).toBe('done');
    expect(it.setMtls(false).kind).toBe('done');
    expect(told).toEqual([]);
  });

  it('refuses what is not there, by its name', () => {
    const { desk: it, told } = desk();
    expect(it.patchLink('a->b', {})).toMatchObject({ code: 'unknown-link' });
    expect(it.patchService('nobody', {})).toMatchObject({ code: 'unknown-service' });
    expect(it.patchService('callee', { saga: { enabled: false } })).toMatchObject({
      code: 'unknown-pattern',
      detail: 'callee has no pattern saga; it has: idempotency, rateLimit.',
    });
    expect(it.patchService('caller', JSON.parse('{"constructor":{}}') as object)).toMatchObject({
      code: 'unknown-pattern',
    });
    expect(it.patchFlag('old', {})).toMatchObject({ code: 'unknown-flag' });
    expect(told).toEqual([]);
  });

  it('puts everything as at launch, and says what was not', () => {
    const { book, desk: it, told } = desk();
    const before = [book.link('caller->callee'), book.service('callee'), book.flags(), book.mtls];
    it.patchLink('caller->callee', { retry: { attempts: 5 } });
    it.patchFlag('new', { percentage: 50 });
    it.patchService('callee', { rateLimit: { burst: 6 } });
    it.patchService('callee', { rateLimit: { burst: 5 } });
    told.length = 0;
    expect(it.reset().map(({ name }) => name)).toEqual(['caller->callee', 'new']);
    expect(told.map(([, detail]) => detail)).toEqual(['as at launch', 'as at launch']);
    expect([book.link('caller->callee'), book.service('callee'), book.flags(), book.mtls]).toEqual(
      before,
    );
    expect(it.reset()).toEqual([]);
  });
});
