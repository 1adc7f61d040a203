import { expect, it } from 'vitest';
import { parseConfiguration } from './configuration.ts';

const secret = 'do-not-show-me';

it('reads databases from the environment and addresses from flags', () => {
  const databases = [{ name: 'orders', role: 'orders', password: secret }];
  const configuration = parseConfiguration(['--port', '5433', '--data-dir', '/data'], {
    POSTGRES_DATABASES: JSON.stringify(databases),
  });
  expect(configuration).toMatchObject({ host: '127.0.0.1', port: 5433, 'data-dir': '/data' });
  expect(configuration.POSTGRES_DATABASES).toEqual(databases);
});

it.each([
  [['--port', '70000', '--data-dir', '/data'], {}, /port/],
  [[], {}, /data-dir: required/],
  [['--data-dir', '/data'], { POSTGRES_DATABASES: '{' }, /POSTGRES_DATABASES: is not JSON/],
  [
    ['--data-dir', '/data'],
    { POSTGRES_DATABASES: `[{"name":"a;b","role":"a","password":"${secret}"}]` },
    /POSTGRES_DATABASES.0.name: lower-case letters/,
  ],
  [['--colour', 'red'], {}, /--colour/],
])('refuses %j %j and names the field, but no secret', (args, environment, message) => {
  const parse = (): unknown => parseConfiguration(args, environment);
  expect(parse).toThrow(message);
  expect(parse).not.toThrow(secret);
});
