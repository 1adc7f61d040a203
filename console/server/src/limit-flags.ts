import { z } from 'zod';

const NAME = /^[a-z*][a-z0-9*-]{0,62}$/;

/** Flags that limit the blast radius of faults, as `parseArgs` of Node.js takes them. */
export const LIMIT_FLAGS = {
  'max-targets': { type: 'string' },
  'max-fault-seconds': { type: 'string' },
  protect: { type: 'string', multiple: true },
} as const;

/** What the flags may be. */
export const LIMIT_FLAGS_SHAPE = {
  /** Most instances that one fault hits. */
  'max-targets': z.coerce.number().int().min(1).max(1000).optional(),
  /** Longest time of a fault, seconds. */
  'max-fault-seconds': z.coerce.number().int().min(1).max(3600).optional(),
  /** Services and instances that no fault hits; `*` is a wildcard. */
  protect: z
    .array(
      z.string().regex(NAME, 'is a service or an instance, such as postgres, payments-1 or ide*'),
    )
    .max(50)
    .default([]),
} as const;

/** Values of {@link LIMIT_FLAGS_SHAPE}. */
export type LimitFlags = z.infer<z.ZodObject<typeof LIMIT_FLAGS_SHAPE>>;

/** The flags again, for a program that is started with them. */
export function limitArguments(flags: LimitFlags): string[] {
  const numbers = (['max-targets', 'max-fault-seconds'] as const).flatMap((name) =>
    flags[name] === undefined ? [] : [`--${name}`, String(flags[name])],
  );
  return [...numbers, ...flags.protect.flatMap((name) => ['--protect', name])];
}
