import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inScratchFolder } from '../cache.ts';
import { need, nothingToDo, run, step } from '../run.ts';

/** Says that an image was made here. An image without it was pulled, and is never replaced. */
const LOCAL_LABEL = 'io.faultline.local';
const RECIPE_LABEL = 'io.faultline.local.recipe';

/** A local image under the tag of the official one. */
export interface LocalImage {
  tag: string;
  /** Folder beside this file with the Dockerfile and the files it copies. */
  folder: string;
  /** What else decides on the content, in words: versions, hashes. */
  ingredients: readonly string[];
  buildArgs?: Readonly<Record<string, string>>;
  /** Puts what is not in `folder` into the build context. */
  assemble: (context: string) => Promise<void>;
}

/** Path of the client that talks to an engine. */
export function needDocker(): string {
  return need('docker', 'Install Docker (Debian: apt-get install docker.io) and start its engine.');
}

/** Builds an image unless the engine has it from the same recipe, or has a pulled one. */
export async function makeImage(image: LocalImage, force: boolean): Promise<void> {
  const { tag } = image;
  const recipe = await recipeOf(image);
  const standing = await standingOf(tag, recipe);
  if (standing === 'pulled') return nothingToDo(tag, 'was pulled, and stays as it is');
  if (standing === 'current' && !force) return nothingToDo(tag, 'is here');
  await step(tag, () =>
    inScratchFolder(async (context) => {
      await cp(join(import.meta.dirname, image.folder), context, { recursive: true });
      await image.assemble(context);
      const args = Object.entries(image.buildArgs ?? {}).map(([name, value]) => `${name}=${value}`);
      await run(needDocker(), [
        'build',
        ...['--tag', tag, ...labelsOf(recipe).flatMap((label) => ['--label', label])],
        ...args.flatMap((arg) => ['--build-arg', arg]),
        context,
      ]);
    }),
  );
}

/** Imports a root file system as an image of one layer, unless the engine has it. */
export async function importImage(tag: string, rootfs: string, recipe: string): Promise<void> {
  if ((await standingOf(tag, recipe)) !== 'absent') return nothingToDo(tag, 'is here');
  const changes = [...labelsOf(recipe).map((label) => `LABEL ${label}`), 'CMD ["bash"]'];
  await step(tag, () =>
    run(needDocker(), [
      'import',
      ...changes.flatMap((change) => ['--change', change]),
      ...[rootfs, tag],
    ]),
  );
}

async function standingOf(
  tag: string,
  recipe: string,
): Promise<'absent' | 'pulled' | 'outdated' | 'current'> {
  const docker = needDocker();
  const id = await run(docker, ['image', 'ls', '--quiet', '--no-trunc', tag]);
  if (id.trim() === '') return 'absent';
  const text = await run(docker, ['image', 'inspect', '-f', '{{json .Config.Labels}}', tag]);
  const labels = JSON.parse(text) as Record<string, string> | null;
  if (labels?.[LOCAL_LABEL] !== '1') return 'pulled';
  return labels[RECIPE_LABEL] === recipe ? 'current' : 'outdated';
}

function labelsOf(recipe: string): string[] {
  return [`${LOCAL_LABEL}=1`, `${RECIPE_LABEL}=${recipe}`];
}

async function recipeOf(image: LocalImage): Promise<string> {
  const hash = createHash('sha256');
  const folder = join(import.meta.dirname, image.folder);
  for (const path of (await readdir(folder)).sort()) {
    hash.update(`${path}\0`).update(await readFile(join(folder, path)));
  }
  hash.update(JSON.stringify([image.tag, image.buildArgs, image.ingredients]));
  return hash.digest('hex').slice(0, 16);
}
