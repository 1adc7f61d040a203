import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { RuntimeImage } from '../../contract.ts';
import { LaunchError } from '../../errors.ts';
import type { Preparation } from '../runtime.ts';
import {
  DOCKERFILE,
  hasBuildContext,
  readBuildContext,
  type BuildContext,
} from './build-context.ts';
import type { Engine } from './engine.ts';
import { describeEngineError, isMissing } from './engine-problem.ts';
import { IMAGES } from './options.ts';
import { createBuildReader, createPullReader, type ProgressReader } from './progress.ts';

/** Label of the image of the services: the hash of what it was built from. */
const SOURCE_LABEL = 'io.faultline.source';
/** What the image of the services is built on. */
const BASE_IMAGE = 'node:24-bookworm-slim';

/** What images a lab needs. */
export interface ImageNeeds {
  /** Absolute path of the repository. */
  root: string;
  servicesImage: string;
  /** Whether the image of the services may be built here. */
  mayBuild: boolean;
}

/** An image of the list, with what a build of it would take. */
interface NeededImage extends RuntimeImage {
  context?: BuildContext;
}

/** What a launch would do about images. */
export async function listImages(docker: Docker, needs: ImageNeeds): Promise<RuntimeImage[]> {
  const images = await decide(docker, needs);
  return images.map(({ name, action }) => ({ name, action }));
}

/**
 * Pulls and builds what is missing or outdated, one after the other.
 *
 * @returns the id of each image by its name
 * @throws LaunchError that names the image, the reason and the way out
 */
export async function ensureImages(
  engine: Engine,
  needs: ImageNeeds,
  preparation: Preparation,
): Promise<Record<string, string>> {
  const tell = (detail: string): void => preparation.report('images', 'starting', detail);
  tell('looking');
  const images = await decide(engine.calls, needs);
  for (const { name, action, context } of images) {
    preparation.signal.throwIfAborted();
    const report = (detail: string): void => tell(`${name}: ${detail}`);
    if (action === 'pull') await pull(engine, name, report, preparation.signal);
    if (action === 'build') await build(engine, name, context, report, preparation.signal);
  }
  const ids = await Promise.all(
    [needs.servicesImage, ...Object.values(IMAGES)].map(async (name) => {
      const { Id } = await engine.calls.getImage(name).inspect();
      return [name, Id] as const;
    }),
  );
  preparation.report('images', 'ready', `${ids.length} images`);
  return Object.fromEntries(ids);
}

async function decide(docker: Docker, needs: ImageNeeds): Promise<NeededImage[]> {
  const { servicesImage, root } = needs;
  const pulled = await Promise.all(
    Object.values(IMAGES).map((name) => presentOrPull(docker, name)),
  );
  const mayBuild = needs.mayBuild && (await hasBuildContext(root));
  if (!mayBuild) {
    const present = (await sourceOf(docker, servicesImage)) !== undefined;
    return [{ name: servicesImage, action: present ? 'present' : 'build' }, ...pulled];
  }
  const [label, context] = await Promise.all([
    sourceOf(docker, servicesImage),
    readBuildContext(root),
  ]);
  if (label === context.hash) return [{ name: servicesImage, action: 'present' }, ...pulled];
  const base = await presentOrPull(docker, BASE_IMAGE);
  return [base, { name: servicesImage, action: 'build', context }, ...pulled];
}

async function presentOrPull(docker: Docker, name: string): Promise<NeededImage> {
  const label = await sourceOf(docker, name);
  return { name, action: label === undefined ? 'pull' : 'present' };
}

/** Empty for an image without the label, undefined if there is no such image. */
async function sourceOf(docker: Docker, name: string): Promise<string | undefined> {
  try {
    const { Config } = await docker.getImage(name).inspect();
    return (Config.Labels as Record<string, string> | null)?.[SOURCE_LABEL] ?? '';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function pull(
  { work }: Engine,
  name: string,
  report: (detail: string) => void,
  abortSignal: AbortSignal,
): Promise<void> {
  report('pulling');
  const reader = createPullReader();
  const fail = (reason: string, cause?: unknown): never => {
    const message = `The image ${name} cannot be pulled: ${reason}. Try \`docker pull ${name}\`.`;
    throw new LaunchError('image-failed', 'images', message, { cause });
  };
  try {
    await follow(await work.pull(name, { abortSignal }), reader, report);
  } catch (cause) {
    fail(describeEngineError(cause, 'the engine').replace(/\.$/, ''), cause);
  }
  if (reader.error !== null) fail(reader.error.replace(/\.$/, ''));
}

async function build(
  { calls, work }: Engine,
  name: string,
  context: BuildContext | undefined,
  report: (detail: string) => void,
  abortSignal: AbortSignal,
): Promise<void> {
  report('building');
  const reader = createBuildReader();
  const fail = (reason: string, cause?: unknown): never => {
    const command = `docker build -f ${DOCKERFILE} -t ${name} .`;
    const output = reader.lastLines.map((line) => `\n  ${line}`).join('');
    const message = `The image ${name} cannot be built: ${reason}. Try \`${command}\`.${output}`;
    throw new LaunchError('image-failed', 'images', message, { cause });
  };
  if (!context) return fail('its sources are not here');
  const former = await idOf(calls, name);
  try {
    const output = await work.buildImage(Readable.from(context.archive()), {
      t: name,
      dockerfile: DOCKERFILE,
      labels: { [SOURCE_LABEL]: context.hash },
      buildargs: { VERSION: name.split(':').at(-1) ?? '' },
      rm: true,
      forcerm: true,
      abortSignal,
    });
    await follow(output, reader, report);
  } catch (cause) {
    fail(describeEngineError(cause, 'the engine').replace(/\.$/, ''), cause);
  }
  if (reader.error !== null) fail(reader.error.replace(/\.$/, ''));
  // It has lost its name; the engine keeps it while a container still uses it.
  if (former !== null && former !== (await idOf(calls, name))) {
    await calls
      .getImage(former)
      .remove()
      .catch(() => undefined);
  }
}

async function idOf(docker: Docker, name: string): Promise<string | null> {
  const image = await docker
    .getImage(name)
    .inspect()
    .catch(() => null);
  return image?.Id ?? null;
}

async function follow(
  output: NodeJS.ReadableStream,
  reader: ProgressReader,
  report: (detail: string) => void,
): Promise<void> {
  output.setEncoding('utf8');
  for await (const chunk of output) {
    const detail = reader.read(String(chunk));
    if (detail !== null) report(detail);
  }
}
