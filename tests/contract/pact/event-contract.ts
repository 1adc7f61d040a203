import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageProviderPact, PactV4 } from '@pact-foundation/pact';
import { afterAll, beforeAll, describe, it } from 'vitest';

/** One event that a consumer relies on, with the least that must be in it. */
export interface EventExpectation {
  /** Type of the event, which names the interaction: `order.confirmed`. */
  type: string;
  /** The message's value; matchers say how much of it is relied on. */
  content: object;
  /** Hands `value`, the JSON of a message, to the consumer's own code and checks the effect. */
  exercise: (value: unknown) => Promise<void>;
}

/** What `consumer` expects of the events of `provider`. */
export interface EventContract {
  consumer: string;
  provider: string;
  expectations: readonly EventExpectation[];
  /** The values of real messages by event type: the real provider published them. */
  publish(): Promise<Readonly<Record<string, unknown>>>;
}

/** Holds both sides to a contract on events, as `holdToContract` does for requests. */
export function holdToEventContract(contract: EventContract): void {
  const { consumer, provider } = contract;
  describe(`the contract of ${consumer} with the events of ${provider}`, () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'faultline-pact-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each(contract.expectations.map((one) => [one.type, one] as const))(
      `${consumer} understands %s`,
      async (type, { content, exercise }) => {
        await new PactV4({ consumer, provider, dir: folder, logLevel: 'error' })
          .addAsynchronousInteraction()
          .expectsToReceive(type, (builder) => void builder.withJSONContent(content))
          .executeTest((message) => exercise(message.contents.content));
      },
    );

    it(`${provider} keeps it`, async () => {
      await verifyEvents(contract, await contract.publish(), folder);
    });
  });
}

/** Throws with every difference if the published events do not keep the pact in `folder`. */
export function verifyEvents(
  { consumer, provider, expectations }: EventContract,
  published: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<unknown> {
  const messageProviders = Object.fromEntries(
    expectations.map(({ type }) => [
      type,
      () => {
        if (published[type] === undefined) throw new Error(`${provider} published no ${type}`);
        return Promise.resolve(published[type]);
      },
    ]),
  );
  return new MessageProviderPact({
    provider,
    messageProviders,
    pactUrls: [join(folder, `${consumer}-${provider}.json`)],
    logLevel: 'error',
  }).verify();
}
