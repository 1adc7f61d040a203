import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEFAULT_STORE_LIMIT_BYTES } from './collector.ts';

const port = z.coerce.number().int().min(0).max(65_535);

const optionsSchema = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  'http-port': port.default(4318),
  'grpc-port': port.default(4317),
  'data-dir': z.string().min(1).default('.faultline/collector'),
  'store-limit-bytes': z.coerce
    .number()
    .int()
    .min(16 * 1024 ** 2)
    .default(DEFAULT_STORE_LIMIT_BYTES),
  'allow-host': z.array(z.string().toLowerCase()).default([]),
  'log-level': z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
});

/** Command line of the collector. See docs/reference/collector.md. */
export type Options = z.infer<typeof optionsSchema>;

/** What a command line asks for, or what is wrong with it. */
export type ParsedOptions = { ok: true; options: Options } | { ok: false; problem: string };

/** Reads a command line. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        host: { type: 'string' },
        'http-port': { type: 'string' },
        'grpc-port': { type: 'string' },
        'data-dir': { type: 'string' },
        'store-limit-bytes': { type: 'string' },
        'allow-host': { type: 'string', multiple: true },
        'log-level': { type: 'string' },
      },
    });
    const parsed = optionsSchema.safeParse(values, { reportInput: true });
    if (parsed.success) return { ok: true, options: parsed.data };
    const [issue] = parsed.error.issues;
    const flag = String(issue?.path[0]);
    return {
      ok: false,
      problem: `--${flag}: ${issue?.message}, received ${String(values[flag as keyof typeof values])}`,
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
