import type { DockerRuntimeOptions } from '@faultline/fleet';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { VERSION } from './version.ts';

/** What the Docker runtime is told by the environment, and what follows from the data folder. */
export type EnvironmentOptions = Pick<
  DockerRuntimeOptions,
  'lab' | 'servicesImage' | 'inside' | 'superuserPassword'
>;

const environmentSchema = z.object({
  FAULTLINE_LAB: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'lower-case letters, digits and dashes, at most 31')
    .optional(),
  FAULTLINE_DOCKER_NETWORK: z.string().min(1).max(200).optional(),
  FAULTLINE_SERVICES_IMAGE: z.string().min(1).max(300).default(`faultline/services:${VERSION}`),
  POSTGRES_PASSWORD: z.string().min(1).optional(),
});

/** Name of a control plane that is a container, in the network that it shares with the parts. */
const OWN_NAME = 'console';

/**
 * Reads what `docker-compose.yml` says to a control plane that is a container itself:
 * `FAULTLINE_DOCKER_NETWORK` (set only there), `FAULTLINE_LAB` and `POSTGRES_PASSWORD` of the
 * PostgreSQL that compose made. On the host the lab is named after its data folder, so that two
 * labs on one engine do not meet.
 *
 * @throws Error that names the variable, the rule and the value
 */
export function readDockerOptions(
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string,
): EnvironmentOptions {
  // Compose sets a variable that nobody gave a value to the empty text.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    const received = name === 'POSTGRES_PASSWORD' ? '' : `; received ${JSON.stringify(env[name])}`;
    throw new Error(`${name}: ${issue?.message}${received}`);
  }
  const { FAULTLINE_LAB, FAULTLINE_DOCKER_NETWORK: network, POSTGRES_PASSWORD } = parsed.data;
  return {
    lab: FAULTLINE_LAB ?? createHash('sha256').update(dataDir).digest('hex').slice(0, 8),
    servicesImage: parsed.data.FAULTLINE_SERVICES_IMAGE,
    ...(network === undefined ? {} : { inside: { network, name: OWN_NAME } }),
    ...(network === undefined || POSTGRES_PASSWORD === undefined
      ? {}
      : { superuserPassword: POSTGRES_PASSWORD }),
  };
}
