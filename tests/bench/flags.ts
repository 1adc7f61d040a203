import { parseArgs } from 'node:util';
import { z } from 'zod';

const wholeNumber = (max: number) => z.coerce.number().int().min(1).max(max);

/** What `npm run bench` was asked to do. */
export interface Flags {
  /** Names of the benches, in the order in which they run. */
  only: readonly string[];
  rounds: number;
  /** How long sustained rows go on. */
  seconds: number;
  json: boolean;
  publish: boolean;
  help: boolean;
}

/** Default of `--rounds`. */
export const ROUNDS = 3;
/** Default of `--seconds`. */
export const SECONDS = 20;

/** Reads the flags. The message of a refusal names the flag, its rule and the value received. */
export function parseFlags(
  args: readonly string[],
  benches: readonly string[],
): { ok: true; flags: Flags } | { ok: false; problem: string } {
  let values: Record<string, unknown>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: benches.join(',') },
        rounds: { type: 'string', default: String(ROUNDS) },
        seconds: { type: 'string', default: String(SECONDS) },
        json: { type: 'boolean', default: false },
        publish: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { ok: false, problem: (error as Error).message };
  }
  const parsed = schemaOf(benches).safeParse(values);
  if (parsed.success) return { ok: true, flags: parsed.data };
  const broken = parsed.error.issues.map(({ path, message }) => {
    const flag = String(path[0]);
    return `--${flag}: ${message}, received ${JSON.stringify(values[flag])}`;
  });
  return { ok: false, problem: broken.join('; ') };
}

function schemaOf(benches: readonly string[]) {
  return z.object({
    only: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .refine((names) => names.every((name) => benches.includes(name)), {
        message: `Must be names with commas between, of ${benches.join(', ')}`,
      })
      .transform((names) => benches.filter((name) => names.includes(name))),
    rounds: wholeNumber(50),
    seconds: wholeNumber(3600),
    json: z.boolean(),
    publish: z.boolean(),
    help: z.boolean(),
  });
}
