import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const env = { FAULTLINE_LAB: 'demo', PROXY_API_URL: 'http://toxiproxy-1:8474/' };

describe('the settings of a janitor', () => {
  it('have defaults for what is not said', () => {
    expect(readSettings(env)).toEqual({
      lab: 'demo',
      network: '',
      proxyApiUrl: 'http://toxiproxy-1:8474',
      graceMs: 15_000,
    });
  });

  it.each([
    [{ FAULTLINE_LAB: 'Demo Lab' }, /^FAULTLINE_LAB: .*digits and dashes; received "Demo Lab"/],
    [{ PROXY_API_URL: 'toxiproxy' }, /^PROXY_API_URL: .*received "toxiproxy"/],
    [{ GRACE_MS: '10' }, /^GRACE_MS: .*3000; received "10"/],
  ])('%o are refused with name, rule and value', (wrong, message) => {
    expect(() => readSettings({ ...env, ...wrong })).toThrow(message);
  });
});
