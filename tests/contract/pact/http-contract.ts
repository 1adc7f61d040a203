import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MatchersV3, PactV4, Verifier, type V3MockServer } from '@pact-foundation/pact';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { TestProvider } from './provider.ts';

/** One thing a consumer relies on: what it asks, and the least that must be in the answer. */
export interface HttpExpectation {
  /** `the price of a product`. */
  description: string;
  /** What must be so at the provider: a key of its states. */
  given: string;
  request: {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    path: string;
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: unknown;
  };
  /** Bodies are matched by the matchers in them. */
  response: { status: number; headers?: Record<string, string>; body?: unknown };
  /**
   * Makes the consumer's own code send the request to `providerUrl` and checks what it made of the
   * answer.
   */
  exercise: (providerUrl: string) => Promise<void>;
}

/** What `consumer` expects of `provider`. */
export interface HttpContract {
  consumer: string;
  provider: string;
  expectations: readonly HttpExpectation[];
  /** Starts the real provider. */
  startProvider(): Promise<TestProvider>;
}

/**
 * Holds both sides to a contract (Pact, specification 4): the consumer's own code against a mock
 * that answers as agreed, which writes the pact; then the real provider against that pact. A change
 * of the provider that a consumer cannot bear fails here, before any fleet is started.
 */
export function holdToContract(contract: HttpContract): void {
  describe(`the contract of ${contract.consumer} with ${contract.provider}`, () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'faultline-pact-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each(contract.expectations.map((one) => [one.description, one] as const))(
      `${contract.consumer} understands %s`,
      async (_description, expectation) => {
        await writePact(contract, expectation, folder);
      },
    );

    it(`${contract.provider} keeps it`, async () => {
      await using provider = await contract.startProvider();
      await verify(contract, provider, folder);
    });
  });
}

/** A problem document whose code the consumer switches on. */
export function problemOf(status: number, code: string): HttpExpectation['response'] {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
    body: { status, code, title: MatchersV3.like('Not found') },
  };
}

/** Lets the consumer talk to a mock that answers as agreed; writes the pact into `dir`. */
export async function writePact(
  { consumer, provider }: HttpContract,
  { description, given, request, response, exercise }: HttpExpectation,
  dir: string,
): Promise<void> {
  const pact = new PactV4({ consumer, provider, dir, logLevel: 'error' });
  await pact
    .addInteraction()
    .given(given)
    .uponReceiving(description)
    .withRequest(request.method, request.path, (builder) => {
      if (request.query) builder.query(request.query);
      if (request.headers) builder.headers(request.headers);
      if (request.body !== undefined) builder.jsonBody(request.body);
    })
    .willRespondWith(response.status, (builder) => {
      if (response.headers) builder.headers(response.headers);
      if (response.body !== undefined) builder.jsonBody(response.body);
    })
    .executeTest((mock: V3MockServer) => exercise(mock.url));
}

/** Throws with every difference if the provider does not keep the pact in `folder`. */
export function verify(
  { consumer, provider }: Pick<HttpContract, 'consumer' | 'provider'>,
  running: TestProvider,
  folder: string,
): Promise<unknown> {
  return new Verifier({
    provider,
    providerBaseUrl: running.url,
    pactUrls: [join(folder, `${consumer}-${provider}.json`)],
    stateHandlers: running.states,
    logLevel: 'error',
  }).verifyProvider();
}
