import { problemSchema } from '@faultline/chassis/core';
import type { ZodType } from 'zod';
import { CommandFailure, EXIT } from './exit.ts';

/** Longest time to wait for an answer of the control plane, milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;

/** A thin client of the control plane's API. Every failure is a {@link CommandFailure}. */
export interface ApiClient {
  get<T>(path: string, schema: ZodType<T>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown): Promise<T>;
}

/** @param baseUrl for instance `http://127.0.0.1:3000`; @param token only beyond loopback */
export function createApiClient(baseUrl: string, token?: string): ApiClient {
  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await reach(new URL(path, baseUrl), {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  return {
    async get(path, schema) {
      const answer = schema.safeParse(await request('GET', path));
      if (answer.success) return answer.data;
      const [issue] = answer.error.issues;
      throw new CommandFailure(
        EXIT.lab,
        `the answer of ${path} is not what this version expects: ${issue?.path.join('.')} ${issue?.message}`,
      );
    },
    async send<T>(method: string, path: string, body: unknown) {
      return (await request(method, path, body)) as T;
    },
  };
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(
      EXIT.lab,
      `no lab answers at ${url.origin} (${reason}); start one with \`npm start\`, or name another with --url`,
    );
  }
}

function refusal(status: number, text: string): CommandFailure {
  const exitCode = status >= 500 ? EXIT.lab : EXIT.refused;
  const problem = problemSchema.safeParse(tryJson(text));
  if (!problem.success) return new CommandFailure(exitCode, `the lab answered ${status}`);
  const { title, detail, errors = [] } = problem.data;
  const fields = errors.map(
    ({ field, rule, received }) =>
      `\n  ${field}: ${rule}${received === undefined ? '' : `, got ${received}`}`,
  );
  return new CommandFailure(exitCode, (detail ?? title) + fields.join(''));
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
