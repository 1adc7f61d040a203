import { LaunchError } from '@faultline/fleet';
import { createMemoryFleet } from '@faultline/scenarios/testing';
import pino from 'pino';
import { expect, it } from 'vitest';
import { createLauncher } from './launcher.ts';

/** The problem that is left when a launch ends with `error`. */
async function problemAfter(error: LaunchError): Promise<string | null> {
  const fleet = createMemoryFleet({ services: { orders: ['orders-1'] }, links: [] });
  fleet.setPhase('stopped');
  fleet.launch = () => Promise.reject(error);
  const settled = Promise.withResolvers<void>();
  using launcher = createLauncher({
    fleet,
    log: pino({ level: 'silent' }),
    onLaunched: () => Promise.resolve(),
    onChange: settled.resolve,
  });
  expect(launcher.launch()).toBe(true);
  await settled.promise;
  return launcher.problem;
}

it('says why a launch failed', async () => {
  const error = new LaunchError('image-failed', 'images', 'The image cannot be pulled.');
  expect(await problemAfter(error)).toBe('The image cannot be pulled.');
});

it('calls a launch that somebody stopped no problem', async () => {
  expect(await problemAfter(new LaunchError('stopped', null, 'It was stopped.'))).toBeNull();
});
