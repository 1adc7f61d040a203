import { derivePassword, logIn, type Send } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { Token } from '../contract/index.ts';
import { ApiProblem } from '../http/problems.ts';

const STEP_TIMEOUT_MS = 5_000;
/** The service that may know what passwords are derived from. */
const PROVIDER = 'identity';

/**
 * Logs a person of the lab in with a browser's requests, as they could themselves.
 *
 * @throws ApiProblem 409 if the identity provider does not run, 502 if the login fails
 */
export async function logInAs(fleet: Fleet, user: string): Promise<Token> {
  const provider = readyUrl(fleet, PROVIDER);
  const seed = provider && (await fleet.workloadOf(provider.instance))?.passwordSeed;
  if (!provider || !seed) {
    throw new ApiProblem('not-running', `no instance of ${PROVIDER} is ready`);
  }
  const password = await derivePassword(seed, user);
  try {
    const { accessToken, expiresInS } = await logIn(browserAt(provider.url), user, password);
    const apiUrl = readyUrl(fleet, 'edge')?.url ?? null;
    return { user, accessToken, expiresInS, password, apiUrl, loginUrl: provider.url };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new ApiProblem('service-unreachable', `${user} could not log in: ${reason}`);
  }
}

function readyUrl(fleet: Fleet, service: string): { instance: string; url: string } | undefined {
  const instance = fleet
    .status()
    .services.find(({ name }) => name === service)
    ?.instances.find(({ state }) => state === 'ready');
  const url = instance ? fleet.directUrl(instance.id) : null;
  return instance && url !== null ? { instance: instance.id, url } : undefined;
}

function browserAt(base: string): Send {
  return async ({ target, ...request }) => {
    const response = await fetch(new URL(target, base), {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.timeout(STEP_TIMEOUT_MS),
    });
    const cookies = response.headers.getSetCookie();
    return {
      status: response.status,
      headers: { ...Object.fromEntries(response.headers), 'set-cookie': cookies },
      text: await response.text(),
    };
  };
}
