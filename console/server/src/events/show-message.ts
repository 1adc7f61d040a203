import { DEAD_LETTER_SUFFIX, MESSAGE_HEADER, tryDecodeEvent } from '@faultline/chassis/core';
import type { Message, ShownBytes } from '../contract/index.ts';
import type { RawMessage } from './broker.ts';

/** Longest value, key and header that are shown whole, bytes. */
const LONGEST_VALUE = 64 * 1024;
const LONGEST_SMALL = 1024;
/** Most headers of a message that are shown. */
const MOST_HEADERS = 50;
const LONGEST_NAME = 200;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
/** Text may hold line ends and tabs; any other control character makes it bytes. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** When a dead letter was sent again, if it was. */
export type RedrivenAt = (message: RawMessage) => number | null;

/** A message as people may see it, whatever its bytes are. */
export function showMessage(topic: string, raw: RawMessage, redrivenAt: RedrivenAt): Message {
  const decoded = tryDecodeEvent(raw.value);
  const event = decoded.kind === 'event' ? decoded.event : null;
  const header = (name: string): string | null => {
    const [first] = raw.headers.filter((candidate) => candidate.name === name);
    return first ? first.value.subarray(0, LONGEST_SMALL).toString('utf8') : null;
  };
  return {
    partition: raw.partition,
    offset: raw.offset,
    at: raw.at,
    key: raw.key && showBytes(raw.key, LONGEST_SMALL),
    value: raw.value && showBytes(raw.value, LONGEST_VALUE),
    headers: raw.headers.slice(0, MOST_HEADERS).map(({ name, value }) => ({
      name: name.slice(0, LONGEST_NAME),
      value: showBytes(value, LONGEST_SMALL),
    })),
    event: event && {
      id: event.id,
      type: event.type,
      version: event.version,
      occurredAt: event.occurredAt,
      key: event.key,
    },
    problem: decoded.kind === 'malformed' ? decoded.detail : null,
    traceId: TRACEPARENT.exec(header(MESSAGE_HEADER.traceparent) ?? '')?.[1] ?? null,
    correlationId: event?.correlationId ?? header(MESSAGE_HEADER.correlationId),
    deadLetter: topic.endsWith(DEAD_LETTER_SUFFIX) ? deadLetter(raw, header, redrivenAt) : null,
  };
}

function deadLetter(
  raw: RawMessage,
  header: (name: string) => string | null,
  redrivenAt: RedrivenAt,
): Message['deadLetter'] {
  const topic = header(MESSAGE_HEADER.topic);
  const partition = naturalOf(header(MESSAGE_HEADER.partition));
  const offset = naturalOf(header(MESSAGE_HEADER.offset));
  return {
    reason: header(MESSAGE_HEADER.reason) ?? 'no reason given',
    attempts: naturalOf(header(MESSAGE_HEADER.attempts)),
    group: header(MESSAGE_HEADER.group),
    source:
      topic === null || partition === null || offset === null ? null : { topic, partition, offset },
    redrivenAt: redrivenAt(raw),
    formerly: header(MESSAGE_HEADER.redrivenFrom),
  };
}

/** A whole number from 0 on; null for anything else that a header may hold. */
export function naturalOf(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Text when the bytes are text, else their hexadecimal digits. */
export function showBytes(bytes: Buffer, longest: number): ShownBytes {
  const cut = bytes.length > longest;
  const shown = cut ? bytes.subarray(0, longest) : bytes;
  const text = textOf(shown, cut);
  const common = { sizeBytes: bytes.length, cut };
  if (text === null) {
    const half = shown.subarray(0, longest / 2);
    return {
      encoding: 'hex',
      text: half.toString('hex'),
      ...common,
      cut: cut || half.length < shown.length,
    };
  }
  return { encoding: !cut && isJson(text) ? 'json' : 'text', text, ...common };
}

function textOf(bytes: Buffer, cut: boolean): string | null {
  try {
    // A cut may go through a character; `stream` leaves an unfinished one out.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
