import { describe, expect, it } from 'vitest';
import type { PlannedInstance, Work } from '../../plan/model.ts';
import { embeddedProgram } from './embedded.ts';

const planned = (part: string, work: Work): PlannedInstance => ({
  id: `${part}-1`,
  part,
  work,
  port: 20_001,
  after: [],
});

describe('an embedded program', () => {
  it('creates the topics with the broker', () => {
    const work: Work = { program: 'kafka', topics: [{ name: 'orders.events', partitions: 6 }] };
    const { args } = embeddedProgram(planned('kafka', work), '/data');
    expect(args).toEqual(
      '--host 127.0.0.1 --port 20001 --data-dir /data/kafka --topic orders.events:6'.split(' '),
    );
  });

  it('has no secret on its command line', () => {
    const databases = [{ name: 'orders', role: 'orders', password: 'pass-word' }];
    const work: Work = { program: 'postgres', superuserPassword: 'super-secret', databases };
    const { args, env } = embeddedProgram(planned('postgres', work), '/data');
    expect(args.join(' ')).not.toMatch(/pass-word|super-secret/);
    expect(env).toMatchObject({ POSTGRES_PASSWORD: 'super-secret' });
    expect(JSON.parse(env.POSTGRES_DATABASES ?? '')).toEqual(databases);
  });
});
