import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LIMIT_FLAGS, LIMIT_FLAGS_SHAPE } from '../limit-flags.ts';

const schema = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  rps: z.coerce.number().min(0).max(500),
  runtime: z.enum(['process', 'docker']),
  mtls: z.boolean().default(false),
  'no-load': z.boolean().default(false),
  'no-launch': z.boolean().default(false),
  'data-dir': z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  'web-root': z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  programs: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  console: z.string().min(1),
  ...LIMIT_FLAGS_SHAPE,
});

/** What `npm start` was asked to do. */
export type SupervisorOptions = z.infer<typeof schema>;

/** Reads the flags. The message of a refusal names the flag, its rule and the value received. */
export function parseOptions(
  args: readonly string[],
): { ok: true; options: SupervisorOptions } | { ok: false; problem: string } {
  let values: Record<string, unknown>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '3000' },
        rps: { type: 'string', default: '40' },
        runtime: { type: 'string', default: 'process' },
        mtls: { type: 'boolean' },
        'no-load': { type: 'boolean' },
        'no-launch': { type: 'boolean' },
        'data-dir': { type: 'string', default: '.faultline' },
        'web-root': { type: 'string', default: 'console/out' },
        // Where the programs are that were built from the sources; these themselves without.
        programs: { type: 'string' },
        ...LIMIT_FLAGS,
        // Which program is the console; another one in tests.
        console: { type: 'string', default: 'console/server/src/main.ts' },
      },
    }).values;
  } catch (error) {
    return { ok: false, problem: `${(error as Error).message} See npm start -- --help.` };
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return { ok: true, options: parsed.data };
  const broken = parsed.error.issues.map((issue) => {
    const flag = String(issue.path[0]);
    return `--${flag}: ${issue.message}, received ${JSON.stringify(values[flag])}`;
  });
  return { ok: false, problem: `${broken.join('; ')}. See npm start -- --help.` };
}
