import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inScratchFolder, keepInCache } from './cache.ts';
import { VERSIONS } from '../parts.ts';
import { need, Problem, run } from './run.ts';

const MODULE = 'github.com/Shopify/toxiproxy/v2';

/** Builds the released Toxiproxy and its command line client, linked as its own image has them. */
export function prepareToxiproxy(force: boolean): Promise<string> {
  const version = VERSIONS.toxiproxy;
  return keepInCache(`toxiproxy-${version}`, `Toxiproxy ${version}`, force, async (folder) => {
    const go = await needGo();
    await inScratchFolder(async (bin) => {
      const programs = ['server', 'cli'].map((name) => `${MODULE}/cmd/${name}@v${version}`);
      const flags = `-s -w -X ${MODULE}.Version=${version}`;
      for (const program of programs) {
        await run(go, ['install', '-ldflags', flags, program], {
          env: { ...process.env, CGO_ENABLED: '0', GOBIN: bin, GOTOOLCHAIN: 'auto' },
        });
      }
      await rename(join(bin, 'server'), join(folder, 'toxiproxy'));
      await rename(join(bin, 'cli'), join(folder, 'toxiproxy-cli'));
    });
  });
}

/** Go, new enough to fetch the Go that the module asks for. */
async function needGo(): Promise<string> {
  const wayOut = 'Install Go 1.21 or newer.';
  const go = need('go', wayOut);
  const version = await run(go, ['version']);
  const minor = Number(/go1\.(\d+)/.exec(version)?.[1] ?? 0);
  if (minor < 21) throw new Problem(`${go} is too old: ${version.trim()}. ${wayOut}`);
  return go;
}
