import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import {
  chassisFaultsSchema,
  type chassisFaultSchema,
  linkPolicySchema,
  patchLinkPolicy,
  trustSchema,
  workloadSchema,
  type Endpoint,
  type LinkConfiguration,
  type LinkPolicy,
  type LinkPolicyPatch,
  type RegistrySnapshot,
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
  /** Changes other parts of the snapshot and pushes it. */
  set(
    parts: Partial<Pick<RegistrySnapshot, 'service' | 'flags'>> & {
      trust?: z.input<typeof trustSchema>;
      /** Of every link. */
      tls?: LinkConfiguration['tls'];
    },
  ): void;
  /**
   * Sets the workload document of an instance and pushes it, to watchers with the token
   * {@link testWorkloadToken} only.
   */
  setWorkload(instance: string, workload: z.input<typeof workloadSchema>): void;
  /**
   * Tells an instance everything that acts inside of it: once, and to those of its watchers that
   * come later.
   *
   * @param ttlMs how long they last unless told again, milliseconds
   */
  setFaults(instance: string, faults: readonly TestFault[], ttlMs?: number): void;
}

/** A fault inside an instance, defaults left out. */
export type TestFault = z.input<typeof chassisFaultSchema>;

/**
 * Starts a {@link TestRegistry} that speaks the protocol of `registrySnapshotSchema`.
 *
 * @param port default 0: a free one
 */
export async function createTestRegistry(port = 0): Promise<TestRegistry> {
  const links = new Map<string, { endpoints: Endpoint[]; policy: LinkPolicy }>();
  /** With the instance that showed its token, if one did. */
  const subscribers = new Map<ServerResponse, string | undefined>();
  const workloads = createDocuments('workload', subscribers);
  const faults = createDocuments('faults', subscribers);
  let version = 0;
  let others: Partial<RegistrySnapshot> = {};
  let tls: LinkConfiguration['tls'] = 'none';

  const frame = () => {
    const snapshot = {
      ...others,
      version,
      links: [...links].map(([link, configuration]) => ({ link, tls, ...configuration })),
    };
    return `event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`;
  };
  const push = () => {
    version++;
    for (const response of subscribers.keys()) response.write(frame());
  };
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/registry/v1/watch?')) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: hello\n\n${frame()}`);
    const instance = authenticatedInstance(request);
    subscribers.set(response, instance);
    if (instance !== undefined) response.write(workloads.of(instance) + faults.of(instance));
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
      push();
    },
    setWorkload: (instance, workload) => workloads.set(instance, workloadSchema.parse(workload)),
    setFaults(instance, told, ttlMs = 60_000) {
      const message = { faults: told.map((fault) => ({ fault, ttlMs })) };
      faults.set(instance, chassisFaultsSchema.parse(message));
    },
    set(parts) {
      const { trust, tls: ofLinks, ...rest } = parts;
      tls = ofLinks ?? tls;
      others = { ...others, ...rest, ...(trust ? { trust: trustSchema.parse(trust) } : {}) };
      push();
    },
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

/** The documents of one event, each for the watchers of one instance only. */
function createDocuments(event: string, subscribers: Map<ServerResponse, string | undefined>) {
  const told = new Map<string, string>();
  return {
    /** What a watcher of `instance` is told when it comes. */
    of: (instance: string) => told.get(instance) ?? '',
    set(instance: string, document: object) {
      const text = `event: ${event}\ndata: ${JSON.stringify(document)}\n\n`;
      told.set(instance, text);
      for (const [response, of] of subscribers) if (of === instance) response.write(text);
    },
  };
}

/** `WORKLOAD_TOKEN` that a test registry takes from `instance`. */
export function testWorkloadToken(instance: string): string {
  return `workload-token-of-${instance}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** The instance that `request` names, if it shows that one's token. */
function authenticatedInstance({ url = '', headers }: IncomingMessage): string | undefined {
  const instance = new URL(url, 'http://registry').searchParams.get('instance') ?? '';
  return headers.authorization === `Bearer ${testWorkloadToken(instance)}` ? instance : undefined;
}

function toEndpoint(callee: string, given: number | string | Endpoint, index: number): Endpoint {
  if (typeof given === 'object') return given;
  const instance = `${callee}-${index + 1}`;
  if (typeof given === 'number') return { instance, host: '127.0.0.1', port: given, healthy: true };
  const { hostname, port } = new URL(given);
  return { instance, host: hostname, port: Number(port), healthy: true };
}
