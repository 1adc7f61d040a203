import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PostgresProblem } from './problems.ts';

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, dash and underscore, at most 63');

const databasesSchema = z.array(
  z.object({ name: identifier, role: identifier, password: z.string().min(8).max(200) }),
);

const schema = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  'data-dir': z.string({ error: 'required' }).min(1),
  POSTGRES_DATABASES: z
    .string()
    .default('[]')
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(databasesSchema),
  POSTGRES_PASSWORD: z.string().min(8).max(200).optional(),
});

/** What the program was asked to do. */
export type Configuration = z.infer<typeof schema>;

/** Reads flags and environment. Messages name the field and the rule; values may be secrets. */
export function parseConfiguration(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  let flags: Record<string, unknown>;
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '5432' },
        'data-dir': { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new PostgresProblem('configuration', (cause as Error).message, { cause });
  }
  const { POSTGRES_DATABASES, POSTGRES_PASSWORD } = environment;
  const parsed = schema.safeParse({ ...flags, POSTGRES_DATABASES, POSTGRES_PASSWORD });
  if (parsed.success) return parsed.data;
  const broken = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new PostgresProblem('configuration', `Wrong configuration: ${broken.join('; ')}`);
}
