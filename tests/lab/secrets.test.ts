import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workloadSchema, type Workload } from '@faultline/chassis/core';
import { tokenSchema } from '@faultline/server/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startLab, type Lab } from './lab.ts';
import { until } from './wait.ts';

/** Shorter strings stand in many places by chance. */
const SHORTEST_SECRET = 16;

let lab: Lab;
/** By what it is: values that nobody may find anywhere. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  lab = await startLab();
  const state = JSON.parse(readFileSync(join(lab.dataDir, 'fleet.json'), 'utf8')) as {
    secrets: unknown;
  };
  collect('launch', state.secrets);
  for (const pid of lab.processes()) {
    const { INSTANCE_ID: instance, WORKLOAD_TOKEN: token } = environmentOf(pid);
    if (!instance || !token) continue;
    secrets.set(`workload token of ${instance}`, token);
    collect(instance, await workloadOf(instance, token));
  }
  const { body } = await lab.send('POST', '/api/tokens', { user: 'customer-001' });
  const person = tokenSchema.parse(body);
  secrets.set('access token', person.accessToken);
  secrets.set('password', person.password);
  // Orders are placed and tokens are passed around meanwhile.
  await until(
    'traffic',
    async () => {
      const traces = await lab.get(
        '/api/traces?limit=200',
        z.object({ traces: z.array(z.unknown()) }),
      );
      return traces.traces.length >= 100;
    },
    { timeoutMs: 60_000, pauseMs: 500 },
  );
});

afterAll(() => lab[Symbol.asyncDispose]());

/** Every long string in `value` that is no public half of a key. */
function collect(name: string, value: unknown): void {
  if (typeof value === 'string' && value.length >= SHORTEST_SECRET) secrets.set(name, value);
  if (typeof value !== 'object' || value === null) return;
  const PUBLIC = new Set(['x', 'y', 'kid', 'certificate', 'authorities', 'clients']);
  for (const [key, inner] of Object.entries(value)) {
    if (!PUBLIC.has(key)) collect(`${name}.${key}`, inner);
  }
}

function environmentOf(pid: number): Record<string, string> {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(
      lines.map((line): [string, string] => {
        const [name = '', value = ''] = line.split(/=(.*)/s);
        return [name, value];
      }),
    );
  } catch {
    return {};
  }
}

/** What the registry tells the instance and nobody else. */
async function workloadOf(instance: string, token: string): Promise<Workload> {
  const service = instance.replace(/-\d+$/, '');
  const end = new AbortController();
  const watch = new URL(`/registry/v1/watch?service=${service}&instance=${instance}`, lab.url);
  const response = await fetch(watch, {
    headers: { authorization: `Bearer ${token}` },
    signal: end.signal,
  });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const document = /event: workload\n(?:id: .*\n)?data: (.*)\n/.exec(text)?.[1];
    if (document) {
      end.abort();
      return workloadSchema.parse(JSON.parse(document));
    }
  }
  throw new Error(`the registry told ${instance} no secrets`);
}

/** Names of the secrets that stand in `text`. */
function secretsIn(text: string): string[] {
  return [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => name);
}

describe('the secrets of a launch', () => {
  it('are many: tokens, passwords, keys', () => {
    const names = [...secrets.keys()].join('\n');
    for (const kind of ['internalToken', 'clientSecret', 'passwordSeed', 'databasePassword']) {
      expect(names).toContain(kind);
    }
  });

  it('stand in no log', () => {
    const folder = join(lab.dataDir, 'logs');
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(10);
    const found = files.flatMap((file) =>
      secretsIn(readFileSync(join(folder, file), 'utf8')).map((name) => `${file}: ${name}`),
    );
    expect(found).toEqual([]);
    expect(secretsIn(lab.output())).toEqual([]);
  });

  it('stand on no command line', () => {
    const pids = lab.processes();
    expect(pids.length).toBeGreaterThan(10);
    const found = pids.flatMap((pid) => {
      try {
        return secretsIn(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        return [];
      }
    });
    expect(found).toEqual([]);
  });

  it('stand in no span, no log record and no line of the audit trail', async () => {
    const listed = await lab.send('GET', '/api/traces?limit=200');
    const { traces } = z
      .object({ traces: z.array(z.object({ traceId: z.string() })) })
      .parse(listed.body);
    for (const { traceId } of traces.slice(0, 100)) {
      const { body } = await lab.send('GET', `/api/traces/${traceId}`);
      expect(secretsIn(JSON.stringify(body))).toEqual([]);
    }
    for (const path of ['/api/logs?limit=500', '/api/audit?limit=200']) {
      const { status, body } = await lab.send('GET', path);
      expect([path, status]).toEqual([path, 200]);
      expect(secretsIn(JSON.stringify(body))).toEqual([]);
    }
  });
});
