import { createSequentialIds, systemClock } from '@faultline/chassis/core';
import { createFaultRegistry, createLeases } from '@faultline/scenarios';
import { NETWORK_EFFECTS, openLines } from '@faultline/scenarios/testing';
import { expect, describe, it } from 'vitest';
import { findToxiproxy, isMissing, titleOf } from '../real-parts/parts.ts';
import { startToxiproxy } from '../real-parts/toxiproxy.ts';

const programs = findToxiproxy();
const missing = isMissing('toxiproxy', programs);
const link = 'orders->payments';
const PROXY = 'orders.payments-1';

/** Leases on lines through a real Toxiproxy, or through the embedded one. */
async function openLab(on: string) {
  await using startup = new AsyncDisposableStack();
  const server =
    on === 'Toxiproxy' && programs ? startup.use(await startToxiproxy(programs)) : null;
  const lines = startup.use(await openLines(server?.url));
  const leases = startup.use(
    createLeases({
      fleet: lines.fleet,
      clock: systemClock,
      ids: createSequentialIds('fault'),
      registry: createFaultRegistry(),
    }),
  );
  const parts = startup.move();
  return {
    lines,
    leases,
    async begin(request: object) {
      const answer = await leases.apply(request, 'test');
      if (answer.kind === 'refused') throw new Error(answer.detail);
      return answer.lease.id;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

describe.skipIf(missing).each(['Toxiproxy', 'the embedded proxy'])(
  titleOf('a fault on %s', missing),
  (on) => {
    it.each(Object.entries(NETWORK_EFFECTS))(
      '%s is felt while it lasts, and not afterwards',
      async (kind, { fields, sees }) => {
        await using lab = await openLab(on);
        const id = await lab.begin({ kind, link, ...fields });
        expect(await lab.lines.ask(PROXY)).toSatisfy(sees);
        expect((await lab.leases.clear(id)).kind).toBe('cleared');
        expect(await lab.lines.toxicsOf(PROXY)).toEqual([]);
        expect(await lab.lines.isEnabled(PROXY)).toBe(true);
        expect((await lab.lines.ask(PROXY, 5_000)).outcome).toBe('echo');
      },
    );

    it('is not let go while the lease is renewed', async () => {
      await using lab = await openLab(on);
      // Longer than the time between two renewals.
      await lab.begin({ kind: 'network.latency', link, latencyMs: 2500 });
      const { outcome, tookMs } = await lab.lines.ask(PROXY, 30_000);
      expect(outcome).toBe('echo');
      expect(tookMs).toBeGreaterThanOrEqual(2495);
    });

    it('is put back when the proxy server forgot it', async () => {
      await using lab = await openLab(on);
      await lab.begin({ kind: 'network.latency', link, latencyMs: 10 });
      await fetch(new URL('/reset', lab.lines.url), { method: 'POST' });
      await expect.poll(() => lab.lines.toxicsOf(PROXY), { timeout: 20_000 }).toHaveLength(1);
    });
  },
);
