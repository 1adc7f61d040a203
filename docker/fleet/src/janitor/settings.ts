import { z } from 'zod';

const settingsSchema = z.object({
  FAULTLINE_LAB: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
  FAULTLINE_NETWORK: z.string().max(200).default(''),
  PROXY_API_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  GRACE_MS: z.coerce.number().int().min(3000).max(3_600_000).default(15_000),
});

/** What a janitor is told by its environment. */
export interface JanitorSettings {
  lab: string;
  /** Network to remove at the end; empty: none. */
  network: string;
  proxyApiUrl: string;
  /** Milliseconds after the last beat. */
  graceMs: number;
}

/** Reads the environment. Throws an error that names the variable, the rule and the value. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): JanitorSettings {
  const parsed = settingsSchema.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    throw new Error(`${name}: ${issue?.message}; received ${JSON.stringify(env[name])}`);
  }
  const { FAULTLINE_LAB, FAULTLINE_NETWORK, PROXY_API_URL, GRACE_MS } = parsed.data;
  return {
    lab: FAULTLINE_LAB,
    network: FAULTLINE_NETWORK,
    proxyApiUrl: PROXY_API_URL,
    graceMs: GRACE_MS,
  };
}
