import { createRandom } from '@faultline/chassis/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  deadLettersOf,
  effectsOf,
  endingOf,
  findOrder,
  placeOrder,
  redrive,
  sagaOf,
  startParticipants,
  type Death,
  type Participant,
  type Participants,
} from './participants.ts';

let lab: Participants;
let keys = 0;

beforeAll(async () => {
  lab = await startParticipants();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});
afterEach(() => {
  lab.fate = () => undefined;
});

/** Bounds what a busy machine takes; nothing is measured by it. */
const PATIENT = { timeout: 120_000 };
const STYLES = ['orchestrated', 'choreographed'] as const;
const VICTIMS: Participant[] = ['orders', 'inventory', 'payments', 'shipping'];
const nothing = { captures: 0, keptCents: 0, items: [], parcels: 0 };
const nextKey = () => `key-${++keys}`;
/** Paid for and then refused by the shipping: everything has to be undone. */
const TOO_LARGE = { sku: 'P-0002', quantity: 201 };

/** Every order is confirmed with each effect once, or failed without any. */
async function expectSound(orderId: string, state: string): Promise<void> {
  const { keptCents, items, parcels } = await effectsOf(lab, orderId);
  const effects = { kept: keptCents > 0, reserved: items.length, parcels };
  expect({ orderId, state, ...effects }).toEqual(
    state === 'confirmed'
      ? { orderId, state, kept: true, reserved: 1, parcels: 1 }
      : { orderId, state, kept: false, reserved: 0, parcels: 0 },
  );
}

/** Kills the n-th transaction of a service from now on. */
function dieOnce(victim: Participant, nth: number, death: Death) {
  let count = 0;
  lab.fate = (name) => (name === victim && ++count === nth ? death : undefined);
}

describe.each(STYLES)('an %s order', (fulfilment) => {
  const points = VICTIMS.flatMap((victim) =>
    (['before commit', 'after commit'] as const).flatMap((death) =>
      [1, 2, 3].map((nth) => ({ victim, death, nth })),
    ),
  );

  it.each(points)(
    'is confirmed once although $victim dies $death of its transaction $nth',
    async ({ victim, death, nth }) => {
      dieOnce(victim, nth, death);
      const { orderId, state } = await placeOrder(lab, { key: nextKey(), fulfilment });
      await expectSound(orderId, state);
      expect((await effectsOf(lab, orderId)).captures).toBeLessThanOrEqual(1);
    },
  );

  it.each(points)(
    'is undone although $victim dies $death of its transaction $nth',
    async ({ victim, death, nth }) => {
      dieOnce(victim, nth, death);
      const order = { key: nextKey(), fulfilment, ...TOO_LARGE };
      const { orderId, state } = await placeOrder(lab, order);
      expect(state).toBe('failed');
      await expectSound(orderId, state);
    },
  );
});

describe('a choreographed order', () => {
  const fulfilment = 'choreographed';

  it(
    'ends well among many when every sixth transaction dies, and every second order must fail',
    PATIENT,
    async () => {
      const random = createRandom(11);
      lab.fate = (name) => {
        if (!VICTIMS.includes(name)) return undefined;
        const drawn = random.next();
        return drawn < 1 / 12 ? 'before commit' : drawn < 1 / 6 ? 'after commit' : undefined;
      };
      const endings = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          placeOrder(lab, { key: nextKey(), fulfilment, ...(index % 2 ? TOO_LARGE : {}) }),
        ),
      );
      lab.fate = () => undefined;
      for (const { orderId, state } of endings) await expectSound(orderId, state);
    },
  );

  it('is undone by a compensation that fails ten times', PATIENT, async () => {
    let failures = 0;
    const shipments = lab.chassis('shipping').database;
    const refused = async (key: string) => {
      const orderId = await findOrder(lab, key);
      const [row] = await shipments.query(
        'look for refusal',
        `SELECT 1 FROM outbox WHERE aggregate_id = $1 AND event_type = 'shipment.failed'`,
        [orderId ?? ''],
      );
      return row !== undefined;
    };
    const key = nextKey();
    const placing = placeOrder(lab, { key, fulfilment, ...TOO_LARGE });
    while (!(await refused(key))) await lab.chassis('catalog').clock.sleep(1);
    lab.fate = (name) =>
      name === 'payments' && failures < 10 && ++failures ? 'before commit' : undefined;
    const { orderId, state } = await placing;
    expect(state).toBe('failed');
    await expectSound(orderId, state);
  });

  it('hears its participants in the wrong order and several times', PATIENT, async () => {
    for (const name of ['inventory', 'payments', 'shipping'] as const) await lab.stop(name);
    const key = nextKey();
    const placing = placeOrder(lab, { key, fulfilment });
    let orderId: string | undefined;
    while (orderId === undefined) orderId = await findOrder(lab, key);
    const { producer } = lab.chassis('orders');
    const tell = (topic: string, type: string) =>
      producer.send(topic, [
        {
          id: `${type} of ${orderId}`,
          type,
          version: 1,
          occurredAt: 0,
          key: String(orderId),
          correlationId: 'c-1',
          payload: { orderId, news: 'a field nobody knows' },
        },
      ]);
    for (let time = 0; time < 2; time++) {
      await tell('shipping.events', 'shipment.created');
      await tell('payments.events', 'payment.completed');
    }
    await tell('inventory.events', 'stock.reserved');
    expect(await placing).toMatchObject({ orderId, state: 'confirmed' });
    const saga = await sagaOf(lab, orderId);
    expect(saga).toMatchObject({ style: 'choreographed', state: 'completed', waitingFor: null });
    for (const name of ['inventory', 'payments', 'shipping'] as const) await lab.start(name);
  });

  it('is not touched by events that are delivered again after its end', PATIENT, async () => {
    const { orderId } = await placeOrder(lab, { key: nextKey(), fulfilment });
    const before = await effectsOf(lab, orderId);
    for (const name of VICTIMS) {
      const { database, producer } = lab.chassis(name);
      const rows = await database.query<{
        id: string;
        topic: string;
        type: string;
        payload: unknown;
      }>(
        'read outbox of test',
        'SELECT id, topic, event_type AS type, payload FROM outbox WHERE aggregate_id = $1',
        [orderId],
      );
      for (const { topic, ...row } of rows) {
        const envelope = { version: 1, occurredAt: 0, key: orderId, correlationId: 'c-1' };
        await producer.send(topic, [{ ...row, ...envelope }]);
      }
    }
    // Later events of the same partitions are processed: so were the duplicates.
    const next = await placeOrder(lab, { key: nextKey(), fulfilment });
    expect(next.state).toBe('confirmed');
    expect(await effectsOf(lab, orderId)).toEqual(before);
  });
});

describe('an event that cannot be processed', () => {
  const fulfilment = 'choreographed';
  const poison = 'ALTER TABLE charges ADD CONSTRAINT poison CHECK (amount_cents <> $1) NOT VALID';

  async function poisonNextCharge(): Promise<{
    sku: string;
    quantity: number;
    heal: () => Promise<void>;
  }> {
    const { database } = lab.chassis('payments');
    const quantity = 7;
    const { body } = await lab.request('catalog', 'GET', '/products/P-0003');
    const amountCents = Number(body['priceCents']) * quantity;
    await database.query('poison', poison.replace('$1', String(amountCents)));
    return {
      sku: 'P-0003',
      quantity,
      async heal() {
        await database.query('heal', 'ALTER TABLE charges DROP CONSTRAINT poison');
      },
    };
  }

  it(
    'becomes a dead letter, and its order goes through when it is sent again',
    PATIENT,
    async () => {
      const { heal, ...lines } = await poisonNextCharge();
      const placing = placeOrder(lab, { key: nextKey(), fulfilment, ...lines });
      const letters = await deadLettersOf(lab, 'inventory.events', 'poison', 1);
      expect(letters[0]?.headers['dlq-attempts']).toBe('5');
      await heal();
      await redrive(lab, 'inventory.events', letters);
      const { orderId, state } = await placing;
      expect(state).toBe('confirmed');
      await expectSound(orderId, state);
    },
  );

  it(
    'does not hold its order for ever: it is given up, and the event has no effect any more',
    PATIENT,
    async () => {
      const { heal, ...lines } = await poisonNextCharge();
      const placing = placeOrder(lab, { key: nextKey(), fulfilment, ...lines });
      const letters = await deadLettersOf(lab, 'inventory.events', 'poison', 2);
      const { orderId, state, failure } = await placing;
      expect(state).toBe('failed');
      expect(failure).toMatchObject({ step: 'charge', code: 'payment-unavailable' });
      await heal();
      await redrive(lab, 'inventory.events', letters.slice(-1));
      const next = await placeOrder(lab, { key: nextKey(), fulfilment });
      expect(next.state).toBe('confirmed');
      expect(await effectsOf(lab, orderId)).toEqual(nothing);
    },
  );
});

describe('a participant that is away', () => {
  it(
    'is waited for, then the order is given up; when it is back nothing stays in effect',
    PATIENT,
    async () => {
      await lab.stop('payments');
      const key = nextKey();
      const placing = placeOrder(lab, { key, fulfilment: 'choreographed' });
      let orderId: string | undefined;
      while (orderId === undefined) orderId = await findOrder(lab, key);
      let saga = await sagaOf(lab, orderId);
      const seen = new Set<string>();
      while (saga['step'] !== 'charge' || saga['state'] === 'running') {
        seen.add(
          `${String(saga['state'])} at ${String(saga['step'])} for ${String(saga['waitingFor'])}`,
        );
        await lab.chassis('catalog').clock.sleep(20);
        saga = await sagaOf(lab, orderId);
      }
      expect(seen).toContain('running at charge for payments');
      expect(saga).toMatchObject({
        waitingFor: 'payments',
        remaining: ['charge', 'reserve-stock'],
      });
      await lab.start('payments');
      expect(await placing).toMatchObject({ state: 'failed' });
      expect(await endingOf(lab, orderId)).toMatchObject({
        failure: { code: 'payment-unavailable' },
      });
      // Two topics have no order between them: it may charge first and give back at once.
      const { captures: _, ...kept } = nothing;
      expect(await effectsOf(lab, orderId)).toMatchObject(kept);
    },
  );
});
