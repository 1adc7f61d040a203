import type { ServerResponse } from 'node:http';
import type { Refusal } from '../proxy/refusal.ts';

/** An answer of the API, before any byte of it is sent. */
export type Reply = TextReply | StreamReply;

export interface TextReply {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The handler writes the answer itself (event stream). */
export interface StreamReply {
  readonly stream: (response: ServerResponse) => void;
}

/** A JSON answer, as Toxiproxy sends it: without a newline at the end. */
export function json(status: number, value: unknown): TextReply {
  return { status, contentType: 'application/json', body: toJson(value) };
}

/** An answer without a body. */
export function empty(status: number): TextReply {
  return { status, body: '' };
}

/** A plain text answer, as Go's `http.Error` sends it. */
export function plainText(status: number, text: string): TextReply {
  return {
    status,
    contentType: 'text/plain; charset=utf-8',
    headers: { 'X-Content-Type-Options': 'nosniff' },
    body: `${text}\n`,
  };
}

/** Toxiproxy's error: a JSON object that is announced as plain text. */
export function refused({ status, error }: Refusal): TextReply {
  return plainText(status, toJson({ error, status }));
}

/** JSON as Go writes it: what could be taken for markup or a line end in a script is escaped. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
