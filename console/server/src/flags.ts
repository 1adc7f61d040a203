import type { RuntimeKind } from '@faultline/fleet';
import type { FaultLimits } from '@faultline/scenarios';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LIMIT_FLAGS, LIMIT_FLAGS_SHAPE } from './limit-flags.ts';

/** Root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../../..');

const port = z.coerce.number().int().min(0).max(65_535);

const flagsSchema = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(3000),
  'data-dir': z.string().min(1).default('.faultline'),
  'collector-url': z.url().default('http://127.0.0.1:4319'),
  'otlp-endpoint': z.url().default('http://127.0.0.1:4318'),
  rps: z.coerce.number().min(0).max(500).optional(),
  runtime: z.enum(['process', 'docker']).default('process'),
  'published-on-loopback': z.boolean().default(false),
  mtls: z.boolean().default(process.env['FAULTLINE_MTLS'] === 'on'),
  'no-load': z.boolean().default(false),
  'no-launch': z.boolean().default(false),
  'web-root': z.string().min(1).default('console/out'),
  ...LIMIT_FLAGS_SHAPE,
});

/** What the command line of the control plane says. */
export interface Flags {
  host: string;
  port: number;
  dataDir: string;
  collectorUrl: string;
  otlpEndpoint: string;
  rps: number | undefined;
  runtime: RuntimeKind;
  /** In a container whose port is published on the loopback address of the host only. */
  publishedOnLoopback: boolean;
  /** Whether services speak mutual TLS at launch. */
  mtls: boolean;
  load: boolean;
  launch: boolean;
  webRoot: string;
  /** How far faults may reach; what is not given has no limit. */
  limits: Partial<FaultLimits>;
}

/** Reads the command line. Throws an error that names the flag, the rule and the value. */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      'collector-url': { type: 'string' },
      'otlp-endpoint': { type: 'string' },
      rps: { type: 'string' },
      runtime: { type: 'string' },
      'published-on-loopback': { type: 'boolean' },
      mtls: { type: 'boolean' },
      'no-load': { type: 'boolean' },
      'no-launch': { type: 'boolean' },
      'web-root': { type: 'string' },
      ...LIMIT_FLAGS,
    },
  });
  const parsed = flagsSchema.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const flag = String(issue?.path[0]);
    const received = JSON.stringify((values as Record<string, unknown>)[flag]);
    throw new Error(`--${flag}: ${issue?.message}; received ${received}`);
  }
  const flags = parsed.data;
  return {
    host: flags.host,
    port: flags.port,
    dataDir: resolve(ROOT, flags['data-dir']),
    collectorUrl: flags['collector-url'],
    otlpEndpoint: flags['otlp-endpoint'],
    rps: flags.rps,
    runtime: flags.runtime,
    publishedOnLoopback: flags['published-on-loopback'],
    mtls: flags.mtls,
    load: !flags['no-load'],
    launch: !flags['no-launch'],
    webRoot: resolve(ROOT, flags['web-root']),
    limits: {
      ...(flags['max-targets'] === undefined ? {} : { targets: flags['max-targets'] }),
      ...(flags['max-fault-seconds'] === undefined
        ? {}
        : { durationSeconds: flags['max-fault-seconds'] }),
      protected: flags.protect,
    },
  };
}
