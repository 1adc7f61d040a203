import { prepareDebian } from './debian.ts';
import { kafkaImage } from './kafka.ts';
import { importImage, makeImage, needDocker } from './local-image.ts';
import { nodeImage } from './node.ts';
import { postgresImage } from './postgres.ts';
import { toxiproxyImage } from './toxiproxy.ts';
import { Problem, run } from '../run.ts';

/** Folders of the cache that images are made of. */
export interface Prepared {
  toxiproxy: string;
  kafka: string;
}

/** Makes the local images that stand in for the official ones where none can be pulled. */
export async function prepareImages(prepared: Prepared, force: boolean): Promise<void> {
  await needEngine();
  const debian = await prepareDebian(force);
  const base = `faultline-local/debian:${debian.recipe}`;
  await importImage(base, debian.rootfs, debian.recipe);
  const images = [
    toxiproxyImage(prepared.toxiproxy),
    await nodeImage(base, force),
    postgresImage(base, debian.pgIsReady),
    await kafkaImage(base, prepared.kafka),
  ];
  for (const image of images) await makeImage(image, force);
}

async function needEngine(): Promise<void> {
  const docker = needDocker();
  try {
    await run(docker, ['version', '--format', '{{.Server.Version}}']);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem(`No Docker engine answers. Start it (as root: dockerd).\n${why}`, {
      cause: error,
    });
  }
}
