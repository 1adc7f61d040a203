import { problemSchema } from '@faultline/chassis/core';
import { createParser } from 'eventsource-parser';
import type { ZodType } from 'zod';
import { CommandFailure, EXIT } from './exit.ts';

/** Longest time to wait for an answer of the control plane, milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;

/** A thin client of the control plane's API. Every failure is a {@link CommandFailure}. */
export interface ApiClient {
  get<T>(path: string, schema: ZodType<T>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown): Promise<T>;
  /** An answer that is no JSON, as it is. */
  text(path: string): Promise<string>;
  /** Data of server-sent events until the lab closes the stream; ends early with `signal`. */
  events(path: string, signal: AbortSignal): AsyncIterable<{ event: string; data: string }>;
}

/** @param baseUrl for instance `http://127.0.0.1:3000`; @param token only beyond loopback */
export function createApiClient(baseUrl: string, token?: string): ApiClient {
  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = await answerOf(method, path, body);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  async function answerOf(method: string, path: string, body?: unknown): Promise<string> {
    const response = await reach(new URL(path, baseUrl), {
      method,
      headers: {
        ...headersOf('application/json'),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return text;
  }

  function headersOf(accept: string): Record<string, string> {
    return {
      accept,
      'x-faultline-actor': 'cli',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
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
    text: (path) => answerOf('GET', path),
    async *events(path, signal) {
      const headers = headersOf('text/event-stream');
      const response = await reach(new URL(path, baseUrl), { headers, signal });
      if (!response.ok || !response.body) throw refusal(response.status, await response.text());
      const waiting: { event: string; data: string }[] = [];
      const parser = createParser({
        onEvent: ({ event = 'message', data }) => waiting.push({ event, data }),
      });
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        parser.feed(chunk);
        yield* waiting.splice(0);
      }
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
