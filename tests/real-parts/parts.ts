import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Released software that the embedded parts are held against. */
export type RealPart = 'toxiproxy' | 'kafka' | 'docker';

/** Versions that the Docker runtime and `docker-compose.yml` name as well. */
export const VERSIONS = { toxiproxy: '2.12.0', kafka: '4.3.0', postgres: '18.4' } as const;

/** The images that the Docker runtime and `docker-compose.yml` name. */
export const IMAGES = {
  node: 'node:24-bookworm-slim',
  toxiproxy: `ghcr.io/shopify/toxiproxy:${VERSIONS.toxiproxy}`,
  kafka: `apache/kafka:${VERSIONS.kafka}`,
  postgres: `postgres:${VERSIONS.postgres}-bookworm`,
} as const;

/** How to get what is missing; told by every skipped test. */
export const ENABLE_COMMAND = 'npm run real-parts';

/**
 * Where real parts are kept between runs: `FAULTLINE_REAL_PARTS`, or a folder of the user's cache.
 *
 * ```
 * toxiproxy-<version>/toxiproxy, toxiproxy-cli
 * kafka-<version>/libs/*.jar
 * npm-<version>/package/       npm of the local Node.js image
 * debian-<recipe>/rootfs.tar   what local images are made from, and pg_isready
 * ```
 */
export const CACHE =
  process.env.FAULTLINE_REAL_PARTS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'faultline', 'real-parts');

/** Programs of a real Toxiproxy. */
export interface ToxiproxyPrograms {
  server: string;
  cli: string;
}

/** What it takes to run a real Apache Kafka: `java -cp <classpath> kafka.Kafka …`. */
export interface KafkaPrograms {
  java: string;
  classpath: string;
  /** The folder of the jars. */
  libs: string;
}

/** The programs of the real Toxiproxy; null if they were not prepared. */
export function findToxiproxy(): ToxiproxyPrograms | null {
  const folder = join(CACHE, `toxiproxy-${VERSIONS.toxiproxy}`);
  const programs = { server: join(folder, 'toxiproxy'), cli: join(folder, 'toxiproxy-cli') };
  return existsSync(programs.server) ? programs : null;
}

/** The real Kafka; null if it was not prepared or there is no Java. */
export function findKafka(): KafkaPrograms | null {
  const libs = join(CACHE, `kafka-${VERSIONS.kafka}`, 'libs');
  const java = findProgram('java');
  if (java === null || !existsSync(join(libs, `kafka_2.13-${VERSIONS.kafka}.jar`))) return null;
  return { java, libs, classpath: join(libs, '*') };
}

/** An engine that has every image of {@link IMAGES}. */
export interface DockerPrograms {
  /** The command line client. */
  docker: string;
  /** What the engine speaks, for instance `1.41`. */
  apiVersion: string;
}

/** The Docker engine; null if there is no client, no engine, or an image is missing. */
export function findDocker(): DockerPrograms | null {
  const docker = findProgram('docker');
  if (docker === null) return null;
  const ask = (...args: string[]): string =>
    execFileSync(docker, args, { timeout: 10_000, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const apiVersion = ask('version', '--format', '{{.Server.APIVersion}}');
    ask('image', 'inspect', '--format', '{{.Id}}', ...Object.values(IMAGES));
    return { docker, apiVersion };
  } catch {
    return null;
  }
}

/**
 * Whether tests that need `part` must be skipped. A part that `FAULTLINE_REQUIRE` (names with
 * commas between) lists is never skipped.
 *
 * @throws Error if a required part is missing
 */
export function isMissing(part: RealPart, found: unknown): boolean {
  if (found !== null && found !== undefined && found !== false) return false;
  const required = (process.env.FAULTLINE_REQUIRE ?? '').split(',');
  if (required.includes(part)) {
    throw new Error(`FAULTLINE_REQUIRE lists ${part}, but it is not here: ${ENABLE_COMMAND}`);
  }
  return true;
}

/** The title of a suite that needs real parts: says how to enable it while they are missing. */
export function titleOf(title: string, missing: boolean): string {
  return missing ? `${title} (skipped: ${ENABLE_COMMAND} enables it)` : title;
}

/** Absolute path of a program on the PATH, null if there is none. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}
