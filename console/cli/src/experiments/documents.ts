import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CommandFailure, EXIT } from '../exit.ts';

/** What is to be run: a document on this machine, or an experiment that the lab has. */
export type Wanted =
  { from: 'file'; path: string; document: string } | { from: 'library'; name: string };

const NAME = /^[a-z0-9][a-z0-9-]{1,79}$/;
const YAML = /\.ya?ml$/;

/**
 * Finds what the words of a command line mean: a file, a folder with documents in it (and below), or
 * else the name of an experiment of the lab. In the order given; files of a folder by name.
 *
 * @throws CommandFailure (64) for a word that is none of them, or a folder without documents
 */
export async function findWanted(words: readonly string[]): Promise<Wanted[]> {
  const found = await Promise.all(words.map(findOne));
  return found.flat();
}

async function findOne(word: string): Promise<Wanted[]> {
  const what = await stat(word).catch(() => null);
  if (what?.isDirectory()) {
    const entries = await readdir(word, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && YAML.test(entry.name))
      .map((entry) => relative('', join(entry.parentPath, entry.name)))
      .sort();
    if (paths.length === 0) {
      throw new CommandFailure(EXIT.usage, `${word} has no documents (*.yaml) in it`);
    }
    return Promise.all(paths.map(read));
  }
  if (what) return [await read(word)];
  if (NAME.test(word)) return [{ from: 'library', name: word }];
  throw new CommandFailure(
    EXIT.usage,
    `${word} is no file, no folder and no name of an experiment (lower-case letters, digits, dashes)`,
  );
}

async function read(path: string): Promise<Wanted> {
  try {
    return { from: 'file', path, document: await readFile(path, 'utf8') };
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}

/** How it is called on one line. */
export function titleOf(wanted: Wanted): string {
  return wanted.from === 'file' ? wanted.path : wanted.name;
}
