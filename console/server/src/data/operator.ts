import type { Fleet } from '@faultline/fleet';
import { z, type ZodType } from 'zod';
import { ApiProblem } from '../http/problems.ts';

const CALL_TIMEOUT_MS = 10_000;
/** Answers of operators' routes are small; what is much larger is none. */
const MAXIMUM_BODY_BYTES = 1024 * 1024;

/** Asks a service as its operator: directly, no proxy and no fault in between. */
export interface Operator {
  /**
   * @param path an `/internal/` route
   * @throws ApiProblem 409 if no instance is ready or the service refuses, 502 if it does not answer or makes no sense
   */
  ask<T>(
    service: string,
    method: 'GET' | 'POST',
    path: string,
    shape: ZodType<T>,
    body?: unknown,
  ): Promise<T>;
}

/** Creates the operator of a fleet: it asks the first ready instance. */
export function createOperator(fleet: Fleet): Operator {
  return {
    async ask(service, method, path, shape, body) {
      const instance = fleet
        .status()
        .services.find(({ name }) => name === service)
        ?.instances.find(({ state }) => state === 'ready');
      const base = instance ? fleet.directUrl(instance.id) : null;
      if (!instance || base === null) {
        throw new ApiProblem('not-running', `no instance of ${service} is ready`);
      }
      try {
        const response = await fetch(new URL(path, base), {
          method,
          headers: {
            authorization: `Bearer ${fleet.internalToken}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        const text = await readBounded(response);
        if (response.status === 409) throw new ApiProblem('wrong-state', detailOf(text));
        if (!response.ok) throw new Error(`status ${response.status}`);
        return shape.parse(JSON.parse(text));
      } catch (error) {
        if (error instanceof ApiProblem) throw error;
        const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
        throw new ApiProblem('service-unreachable', `${instance.id} on ${path}: ${reason}`);
      }
    },
  };
}

/** What the service said to a refusal. */
function detailOf(text: string): string {
  const refusal = z.object({ detail: z.string() }).safeParse(JSON.parse(text));
  return refusal.success ? refusal.data.detail.slice(0, 300) : 'the service refused';
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > MAXIMUM_BODY_BYTES) throw new Error(`more than ${MAXIMUM_BODY_BYTES} bytes`);
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}
