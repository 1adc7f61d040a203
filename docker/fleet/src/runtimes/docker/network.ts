import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type Docker from 'dockerode';
import { isConflict, isMissing } from './engine-problem.ts';
import { networkName, volumeName } from './names.ts';
import { LABELS } from './options.ts';

/** The network of a lab. */
export interface LabNetwork {
  name: string;
  /** The host's address in it, null if the engine tells none. */
  gateway: string | null;
  /** Where parts reach the host: fixed when the network is made, since containers remember it. */
  bridgePort: number;
}

/** Label of the network: the port of the host bridge. */
const BRIDGE_PORT = 'io.faultline.bridge-port';

/** Finds the network of a lab, or makes it. */
export async function ensureNetwork(docker: Docker, lab: string): Promise<LabNetwork> {
  const name = networkName(lab);
  const present = await inspect(docker, name);
  if (present) return present;
  const labels = { [LABELS.lab]: lab, [BRIDGE_PORT]: String(await findFreePort()) };
  try {
    await docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: labels,
    });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  const made = await inspect(docker, name);
  if (!made) throw new Error(`The engine made the network ${name}, but does not have it.`);
  return made;
}

/** Makes the volumes of the resources; those that are there are left as they are. */
export async function ensureVolumes(
  docker: Docker,
  lab: string,
  parts: readonly string[],
): Promise<void> {
  await Promise.all(
    parts.map((part) =>
      docker.createVolume({ Name: volumeName(lab, part), Labels: { [LABELS.lab]: lab } }),
    ),
  );
}

async function inspect(docker: Docker, name: string): Promise<LabNetwork | null> {
  try {
    const { IPAM, Labels } = await docker.getNetwork(name).inspect();
    const gateways = (IPAM?.Config ?? []).map((range) => range['Gateway']);
    const gateway = gateways.find((address) => /^\d+(\.\d+){3}/.test(address ?? ''));
    return {
      name,
      gateway: gateway?.split('/')[0] ?? null,
      bridgePort: Number(Labels?.[BRIDGE_PORT] ?? 0),
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Free on every address of this host, also on the one that the network is about to bring. */
async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
