import { describe, expect, it } from 'vitest';
import { actions } from './actions.ts';
import { asCli, asCurl, asYaml, quote } from './copy-as.ts';

const LATENCY = actions.addFault({
  kind: 'network.latency',
  link: 'orders->payments',
  latencyMs: 2000,
  ttlSeconds: 60,
});

describe('copying an action', () => {
  it('says it as a command of the CLI', () => {
    expect(asCli(LATENCY)).toBe(
      "npx faultline fault add network.latency --link 'orders->payments' --latency-ms 2000 --ttl 60",
    );
    expect(asCli(actions.instance('payments-1', 'pause'))).toBe('npx faultline pause payments-1');
  });

  it('uses the words the CLI knows', () => {
    const said = [
      actions.extendFault('f1', 60),
      actions.setPolicy('orders->payments', 'timeout', { attemptMs: 500 }),
      actions.setServicePolicy('payments', 'idempotency', { enabled: false }),
      actions.setFlag('new-checkout', { percentage: 25, users: ['ada', 'grace'] }),
      actions.setMtls(true),
      actions.rotateSecrets('database'),
      actions.resetPolicies(),
      actions.setLoad({ rps: 40 }),
      actions.setLoad({ rps: 40, seed: 7 }),
      actions.scale('payments', 3),
      actions.launch(),
      actions.launch('docker'),
      actions.stopFleet(),
    ].map((action) => action.cli?.join(' '));
    expect(said).toEqual([
      'fault extend f1 --seconds 60',
      'policy set orders->payments timeout.attemptMs=500',
      'policy set payments idempotency.enabled=false',
      'flag set new-checkout percentage=25 users=ada,grace',
      'mtls on',
      'secrets rotate database',
      'policy reset',
      'load 40',
      'load 40 --seed 7',
      'scale payments 3',
      'up',
      'up --runtime docker',
      'down',
    ]);
    expect(asCli(actions.setLoad({ mix: { browse: 1, checkout: 1, history: 1 } }))).toBeNull();
  });

  it('says where the lab is when the CLI would not find it', () => {
    const stop = actions.stopAll();
    expect(asCli(stop, 'http://127.0.0.1:3000')).toBe('npx faultline stop-all');
    expect(asCli(stop, 'http://127.0.0.1:3100')).toBe(
      'npx faultline --url http://127.0.0.1:3100 stop-all',
    );
  });

  it('says it as curl', () => {
    expect(asCurl(LATENCY, 'http://127.0.0.1:3000')).toBe(
      `curl -X POST http://127.0.0.1:3000/api/faults -H 'content-type: application/json' -d '{"kind":"network.latency","link":"orders->payments","latencyMs":2000,"ttlSeconds":60}'`,
    );
    expect(asCurl(actions.clearFault('f1'), 'http://h')).toBe(
      'curl -X DELETE http://h/api/faults/f1',
    );
  });

  it('says it as YAML, or not at all without a body', () => {
    expect(asYaml(LATENCY)).toBe(
      'kind: network.latency\nlink: "orders->payments"\nlatencyMs: 2000\nttlSeconds: 60',
    );
    expect(asYaml(actions.setPolicy('a->b', 'retry', { enabled: false }))).toBe(
      'retry:\n  enabled: false',
    );
    expect(asYaml(actions.stopAll())).toBeNull();
  });

  it('quotes words that a shell or YAML would read otherwise', () => {
    expect(quote("it's")).toBe(String.raw`'it'\''s'`);
    expect(quote('$(reboot)')).toBe("'$(reboot)'");
    expect(quote('')).toBe("''");
    expect(
      asYaml({ method: 'POST', path: '/x', body: { a: 'yes', b: ['x', 'no'] }, cli: null }),
    ).toBe('a: "yes"\nb: [x, "no"]');
  });

  it('keeps ids from leaving their place in the path', () => {
    expect(actions.clearFault('../fleet').path).toBe('/faults/..%2Ffleet');
    expect(actions.setPolicy('orders->payments', 'retry', {}).path).toBe(
      '/policies/orders-%3Epayments',
    );
  });
});
