import { describe, expect, it } from 'vitest';
import { startPlane } from '../testing/plane.ts';
import { defaultGatewayIn, isAdmitted } from './peers.ts';

const HEAD =
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const NETWORK = 'eth0\t000013AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n';

describe('the gateway of a container', () => {
  it('is where the default route leads', () => {
    const way = 'eth0\t00000000\t010013AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n';
    expect(defaultGatewayIn(HEAD + way + NETWORK)).toBe('172.19.0.1');
  });

  it('is not there without a default route, or with one that has no gateway', () => {
    const point = 'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n';
    for (const table of ['', HEAD, HEAD + NETWORK, HEAD + point, 'nonsense\n']) {
      expect(defaultGatewayIn(table)).toBeNull();
    }
  });
});

describe('a control plane that is published on loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['172.19.0.1', true],
    ['::ffff:172.19.0.1', true],
    ['172.19.0.10', false],
    ['172.19.0.7', false],
    ['10.127.0.1', false],
    [undefined, false],
  ])('admits the peer %s: %s', (peer, admitted) => {
    expect(isAdmitted(peer, '172.19.0.1')).toBe(admitted);
  });

  it('asks for no token, and still knows no names but those of loopback', async () => {
    await using lab = await startPlane({ host: '0.0.0.0', gateway: '172.19.0.1' });
    expect((await lab.call('GET', '/api/fleet')).status).toBe(200);
    const port = new URL(lab.plane.url).port;
    // Another address of the same machine would do beyond loopback, with a token.
    const other = await fetch(`http://127.0.0.2:${port}/api/fleet`);
    expect(await other.json()).toMatchObject({ status: 403, code: 'host-refused' });
  });
});
