import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { IMAGES, VERSIONS } from '../../parts.ts';
import { need, Problem, run } from '../run.ts';
import type { LocalImage } from './local-image.ts';

/** What a Java that only runs a broker does without: two thirds of a development kit. */
const LEFT_OUT = new Set([
  ...['jmods', 'src.zip', 'docs', 'demo', 'man', 'legal', 'include', 'ct.sym'],
  ...['libatk-wrapper.so', 'libawt_xawt.so', 'libsplashscreen.so'],
]);

/** Apache Kafka on this machine's Java, configured by the environment as the official image is. */
export async function kafkaImage(base: string, kafka: string): Promise<LocalImage> {
  const { home, version } = await findJava();
  return {
    tag: IMAGES.kafka,
    folder: 'kafka',
    ingredients: [VERSIONS.kafka, version, await readFile(import.meta.filename, 'utf8')],
    buildArgs: { BASE: base },
    assemble: async (context) => {
      await cp(home, join(context, 'java'), {
        recursive: true,
        // Debian keeps configuration in /etc and links to it.
        dereference: true,
        filter: (source) => !LEFT_OUT.has(basename(source)) && existsSync(source),
      });
      await cp(join(kafka, 'libs'), join(context, 'libs'), { recursive: true });
    },
  };
}

async function findJava(): Promise<{ home: string; version: string }> {
  const wayOut = 'Install Java 17 (Debian: apt-get install openjdk-17-jre-headless).';
  const java = need('java', wayOut);
  // `java -XshowSettings` writes to standard error, which only a shell puts into the answer.
  const text = await run('sh', ['-c', '"$0" -XshowSettings:properties -version 2>&1', java]);
  const property = (name: string): string => {
    const value = new RegExp(`^\\s*${name.replaceAll('.', '\\.')} = (.+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Problem(`${java} does not say its ${name}. ${wayOut}`);
    return value.trim();
  };
  const version = property('java.version');
  if (Number.parseInt(version, 10) < 17) {
    throw new Problem(`Kafka needs Java 17 or newer, ${java} is ${version}. ${wayOut}`);
  }
  return { home: property('java.home'), version };
}
