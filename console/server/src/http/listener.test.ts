import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openListener } from './listener.ts';

describe('a listener', () => {
  it('answers a request that came before anybody served', async () => {
    await using listener = await openListener('127.0.0.1', 0);
    const received = once(listener.server, 'request');
    const early = fetch(listener.url);
    await received;
    listener.serve((_request, response) => void response.end('served'));
    expect(await (await early).text()).toBe('served');
    expect(await (await fetch(listener.url)).text()).toBe('served');
  });

  it('names a port that is taken', async () => {
    await using first = await openListener('127.0.0.1', 0);
    await expect(openListener('127.0.0.1', first.port)).rejects.toThrow(
      `port ${first.port} of 127.0.0.1 is taken`,
    );
  });
});
