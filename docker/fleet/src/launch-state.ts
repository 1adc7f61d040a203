import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jwkSchema, SECRET_KINDS } from '@faultline/chassis/core';
import { z } from 'zod';
import { LaunchError } from './errors.ts';

const secret = z.string().min(16);

/** See `Timed`. */
const timed = <Value extends z.ZodType>(value: Value) =>
  z
    .array(z.object({ value, from: z.number(), until: z.number().nullable() }))
    .min(1)
    .readonly();

/** What a restarted control plane must know to pick up the fleet of its predecessor. */
const launchStateSchema = z.object({
  version: z.literal(2),
  runtime: z.enum(['process', 'docker']).default('process'),
  secrets: z.object({
    internalTokens: timed(secret),
    superuserPassword: secret,
    providerApiKey: secret,
    databasePasswords: z.record(z.string(), secret).readonly(),
    workloadSeed: secret,
    clientGenerations: timed(z.int().min(0)),
    assertionKeys: timed(jwkSchema),
  }),
  /** When each kind of secret was replaced last, milliseconds since the Unix epoch. */
  rotatedAt: z.partialRecord(z.enum(SECRET_KINDS), z.number()).default({}),
  ports: z.record(z.string(), z.int().min(1).max(65_535)),
  replicas: z.record(z.string(), z.int().min(0)),
  load: z.object({
    enabled: z.boolean(),
    rps: z.number(),
    mix: z.record(z.string(), z.number()),
    seed: z.int(),
  }),
});
/** See {@link launchStateSchema}. */
export type LaunchState = z.infer<typeof launchStateSchema>;

const FILE = 'fleet.json';

/** Reads what the last launch wrote; null if there is none or it makes no sense. */
export async function readLaunchState(dataDir: string): Promise<LaunchState | null> {
  try {
    return launchStateSchema.parse(JSON.parse(await readFile(join(dataDir, FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** Writes atomically, readable by this user only. */
export async function writeLaunchState(dataDir: string, state: LaunchState): Promise<void> {
  const path = join(dataDir, FILE);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new LaunchError(
      'state-unwritable',
      null,
      `The data folder ${dataDir} cannot be written: ${(cause as Error).message}. ` +
        'Free space, make it writable, or choose another one with --data-dir.',
      { cause },
    );
  }
}
