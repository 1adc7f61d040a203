import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  linkPolicySchema,
  patchLinkPolicy,
  type Endpoint,
  type LinkPolicy,
  type LinkPolicyPatch,
} from '../core/index.ts';

/** A registry on a free port of 127.0.0.1 whose snapshot a test sets. */
export interface TestRegistry extends AsyncDisposable {
  /** Value of `REGISTRY_URL`. */
  readonly url: string;
  /**
   * Sets one link and pushes the whole snapshot to every subscriber.
   *
   * @param link `caller->callee`
   * @param endpoints ports on 127.0.0.1 (instances are named `<callee>-1`, `<callee>-2`, …), URLs,
   * or whole endpoints; absent, they stay
   * @param policy change to the policies the link has (at first the defaults)
   */
  setLink(
    link: string,
    endpoints?: readonly (number | string | Endpoint)[],
    policy?: LinkPolicyPatch,
  ): void;
}

/**
 * Starts a {@link TestRegistry} that speaks the protocol of `registrySnapshotSchema`.
 *
 * @param port default 0: a free one
 */
export async function createTestRegistry(port = 0): Promise<TestRegistry> {
  const links = new Map<string, { endpoints: Endpoint[]; policy: LinkPolicy }>();
  const subscribers = new Set<ServerResponse>();
  let version = 0;

  const frame = () => {
    const snapshot = {
      version,
      links: [...links].map(([link, configuration]) => ({ link, ...configuration })),
    };
    return `event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`;
  };
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/registry/v1/watch?')) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: hello\n\n${frame()}`);
    subscribers.add(response);
    response.on('close', () => subscribers.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setLink(link, endpoints, policy = {}) {
      const before = links.get(link) ?? { endpoints: [], policy: linkPolicySchema.parse({}) };
      const callee = link.split('->')[1]!;
      links.set(link, {
        endpoints:
          endpoints?.map((given, index) => toEndpoint(callee, given, index)) ?? before.endpoints,
        policy: patchLinkPolicy(before.policy, policy),
      });
      version++;
      for (const response of subscribers) response.write(frame());
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function toEndpoint(callee: string, given: number | string | Endpoint, index: number): Endpoint {
  if (typeof given === 'object') return given;
  const instance = `${callee}-${index + 1}`;
  if (typeof given === 'number') return { instance, host: '127.0.0.1', port: given, healthy: true };
  const { hostname, port } = new URL(given);
  return { instance, host: hostname, port: Number(port), healthy: true };
}
