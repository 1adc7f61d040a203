import { openHostBridge } from './host-bridge.ts';
import type { LabNetwork } from './network.ts';
import type { DockerRuntimeOptions } from './options.ts';

/** The way from parts to registry and collector. */
export interface Bridge extends AsyncDisposable {
  /** Base URL as parts reach it: both the registry's and that of OTLP over HTTP. */
  readonly url: string;
}

/** Port of the bridge in a control plane that is a container: the address is its own. */
const INSIDE_PORT = 3100;
/** The host, as containers of an engine in a virtual machine reach it. */
const HOST_FROM_MACHINE = 'host.docker.internal';

/**
 * Opens the bridge where parts can reach it and, as far as possible, nobody else: on this host's
 * address in the lab's network, or on the loopback address where the engine is in a virtual
 * machine that passes connections on.
 */
export async function openBridge(
  network: LabNetwork,
  options: Pick<DockerRuntimeOptions, 'inside' | 'registryUrl' | 'otlpEndpoint'>,
): Promise<Bridge> {
  const { inside, registryUrl, otlpEndpoint } = options;
  const open = async (bindHost: string, port: number, host: string): Promise<Bridge> => {
    const bridge = await openHostBridge({ bindHost, port, registryUrl, otlpEndpoint });
    return {
      url: `http://${host}:${bridge.port}`,
      [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose](),
    };
  };
  if (inside) return open('0.0.0.0', INSIDE_PORT, inside.name);
  const { gateway, bridgePort } = network;
  if (gateway === null) return open('127.0.0.1', bridgePort, HOST_FROM_MACHINE);
  try {
    return await open(gateway, bridgePort, gateway);
  } catch (error) {
    if (!isElsewhere(error)) throw error;
    return open('127.0.0.1', bridgePort, HOST_FROM_MACHINE);
  }
}

/** Whether the address is one of another machine. */
function isElsewhere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL';
}
