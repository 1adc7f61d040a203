import { describe, expect, it } from 'vitest';
import { readDockerOptions } from './docker-options.ts';
import { VERSION } from './version.ts';

describe('options of the Docker runtime', () => {
  it('on the host: a lab for each data folder, nothing shared', () => {
    const options = readDockerOptions({ POSTGRES_PASSWORD: 'of somebody else' }, '/data');
    expect(options.lab).toMatch(/^[0-9a-f]{8}$/);
    const servicesImage = `faultline/services:${VERSION}`;
    expect(options).toEqual({ lab: options.lab, servicesImage });
    expect(readDockerOptions({}, '/data').lab).toBe(options.lab);
    expect(readDockerOptions({}, '/other').lab).not.toBe(options.lab);
  });

  it('in a container: its network, its name there and the password of the database', () => {
    const env = {
      FAULTLINE_LAB: 'compose',
      FAULTLINE_DOCKER_NETWORK: 'faultline-compose',
      POSTGRES_PASSWORD: 'secret',
    };
    expect(readDockerOptions(env, '/data')).toEqual({
      lab: 'compose',
      servicesImage: `faultline/services:${VERSION}`,
      inside: { network: 'faultline-compose', name: 'console' },
      superuserPassword: 'secret',
    });
  });

  it('takes an empty variable for none, and names a wrong one', () => {
    const empty = { FAULTLINE_LAB: '', FAULTLINE_DOCKER_NETWORK: '' };
    expect(readDockerOptions(empty, '/data')).not.toHaveProperty('inside');
    const wrong = { FAULTLINE_LAB: 'My Lab' };
    expect(() => readDockerOptions(wrong, '/data')).toThrow(/^FAULTLINE_LAB: .*received "My Lab"$/);
  });
});
