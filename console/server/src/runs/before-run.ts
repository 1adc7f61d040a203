import { loadSchema, type Load } from '../contract/index.ts';
import type { FeatureFlag, LinkPolicy, ServicePolicy } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What a run may change that outlives a control plane: policies are as at launch in the next one. */
const lastingSchema = z.object({
  load: loadSchema,
  /** Instances by service. */
  replicas: z.record(z.string(), z.int().min(0)),
  /** Phases of schema changes that the run has moved, by service. */
  schema: z.record(z.string(), z.string()),
});
/** See {@link lastingSchema}. */
export type Lasting = z.infer<typeof lastingSchema>;

/** The lab as it was when a run began. */
export interface BeforeRun {
  lasting: Lasting;
  links: ReadonlyMap<string, LinkPolicy>;
  services: ReadonlyMap<string, ServicePolicy>;
  flags: readonly FeatureFlag[];
  mtls: boolean;
  /** Instances that were ready. */
  ready: ReadonlySet<string>;
}

/** Looks at the lab. */
export function lookBefore(fleet: Fleet, load: Load): BeforeRun {
  const { services, links, flags, mtls } = fleet.status();
  return {
    lasting: {
      load,
      replicas: Object.fromEntries(services.map((one) => [one.name, one.instances.length])),
      schema: {},
    },
    links: new Map(links.flatMap(({ name, policy }) => (policy ? [[name, policy]] : []))),
    services: new Map(services.map(({ name, policy }) => [name, policy])),
    flags,
    mtls,
    ready: new Set(
      services
        .flatMap(({ instances }) => instances)
        .filter(({ state }) => state === 'ready')
        .map(({ id }) => id),
    ),
  };
}

const FILE = 'before.json';

/** Writes down what the next control plane must put back if this one dies. */
export async function writeLasting(folder: string, lasting: Lasting): Promise<void> {
  const path = join(folder, FILE);
  await writeFile(`${path}.new`, JSON.stringify(lasting), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Null when a run left nothing to put back. */
export async function readLasting(folder: string): Promise<Lasting | null> {
  try {
    return lastingSchema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** Everything is as it was. */
export async function forgetLasting(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}
