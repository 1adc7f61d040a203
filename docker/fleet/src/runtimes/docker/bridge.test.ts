import { expect, it } from 'vitest';
import { openBridge } from './bridge.ts';

const LEADS_TO = { registryUrl: 'http://127.0.0.1:9', otlpEndpoint: 'http://127.0.0.1:9' };
/** Reserved for documentation (RFC 5737): no machine has it. */
const ELSEWHERE = '203.0.113.1';

it('stands on the address of this host in the network', async () => {
  await using bridge = await openBridge(
    { name: 'lab', gateway: '127.0.0.1', bridgePort: 0 },
    LEADS_TO,
  );
  expect(bridge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${bridge.url}/api/fleet`)).status).toBe(404);
});

it('stands on the loopback address when the network is that of another machine', async () => {
  await using bridge = await openBridge(
    { name: 'lab', gateway: ELSEWHERE, bridgePort: 0 },
    LEADS_TO,
  );
  const { port, hostname } = new URL(bridge.url);
  expect(hostname).toBe('host.docker.internal');
  expect((await fetch(`http://127.0.0.1:${port}/api/fleet`)).status).toBe(404);
});
