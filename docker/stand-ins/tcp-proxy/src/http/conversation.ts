import { STATUS_CODES } from 'node:http';
import type { Random } from '@faultline/chassis/core';
import {
  DROP,
  PASS,
  RESET,
  waitUntil,
  type Behaviour,
  type Conversation,
  type ConversationInput,
  type Verdict,
} from '../toxics/toxic-type.ts';
import type { Chunk } from '../link/chunk.ts';
import {
  asRequest,
  editHead,
  requestFraming,
  responseFraming,
  statusOf,
  valuesOf,
  type Head,
  type RequestHead,
} from './head.ts';
import { matches, type RequestPattern } from './match.ts';
import { MessageReader, type Segment } from './message-reader.ts';

/** What is done to a request that matches, or to its response. */
export interface HttpFault extends RequestPattern {
  readonly action: 'status' | 'delay' | 'abort' | 'body' | 'header';
  /** Of the answer in place of the callee's, 200 to 599. */
  readonly status: number;
  readonly delay: number;
  /** Body of the answer (status), or in place of the callee's (body). */
  readonly text: string;
  readonly mode: 'replace' | 'garble';
  readonly on: 'response' | 'request';
  readonly name: string;
  readonly value: string;
}

/** One request and its response. */
interface Exchange {
  readonly request: RequestHead;
  /** Undefined: it is let be. */
  readonly fault: HttpFault | undefined;
  requestDone: boolean;
  responseDone: boolean;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'];
const GARBAGE = 0x23;

/**
 * Follows the requests and responses of one connection and hurts those that match. Whatever cannot
 * be followed is passed on byte for byte: TLS, HTTP/2, upgrades, other protocols, pipelining,
 * broken messages. A connection that is met in the middle is followed from its next request on.
 *
 * ```
 *   client --> upstream stage --> server        status: the request ends here, and the answer
 *     ^           | answer()        |           goes into the other direction
 *     +---- downstream stage <------+           body, header: the response is rewritten here
 * ```
 */
export function createHttpConversation(input: ConversationInput<HttpFault>): Conversation {
  const following = new Following(input);
  return { upstream: new Requests(following, input), downstream: new Responses(following) };
}

/** What both directions know. */
class Following {
  exchange: Exchange | undefined;
  /** Never followed again: what flows is not HTTP, or requests that do not wait for answers. */
  opaque = false;
  readonly #input: ConversationInput<HttpFault>;

  constructor(input: ConversationInput<HttpFault>) {
    this.#input = input;
  }

  get isAwaited(): boolean {
    return this.exchange !== undefined && !this.exchange.responseDone;
  }

  begin(request: RequestHead): Exchange {
    const { attributes, toxicity, random } = this.#input;
    const fault = attributes();
    const isHit = matches(fault, request) && isDrawn(random, toxicity()) && isAnswerable(request);
    this.exchange = {
      ...{ request, fault: isHit ? fault : undefined },
      ...{ requestDone: false, responseDone: false },
    };
    return this.exchange;
  }
}

/** What was read of a request that waits. */
interface Late {
  readonly data: Buffer;
  /** So much of `data` came with chunks before the one that waits. */
  readonly keptBytes: number;
  readonly dueMs: number;
}

class Requests implements Behaviour {
  readonly #following: Following;
  readonly #input: ConversationInput<HttpFault>;
  readonly #reader = new MessageReader((head) => framingOfRequest(head), mayBeRequest);
  /** The rest of this request is thrown away, then it is answered. */
  #answering: HttpFault | undefined;
  /** A chunk that was read and waits. */
  #late: Late | undefined;
  #isLost = false;

  constructor(following: Following, input: ConversationInput<HttpFault>) {
    this.#following = following;
    this.#input = input;
  }

  onChunk({ data }: Chunk, nowMs: number): Verdict {
    if (this.#following.opaque) return PASS;
    if (this.#late) return this.#whenDue(this.#late, nowMs);
    if (this.#isLost && !beginsRequest(data)) return PASS;
    if (this.#isLost) this.#reader.reset();
    this.#isLost = false;
    const out: Buffer[] = [];
    let delayMs = 0;
    for (const segment of this.#reader.read(data)) {
      const fault = this.#follow(segment, out);
      if (fault?.action === 'abort') return RESET;
      if (fault?.action === 'delay') delayMs = fault.delay;
    }
    if (this.#following.opaque) out.push(this.#reader.reset());
    const passed = Buffer.concat(out);
    if (delayMs === 0) return replaced(passed);
    const keptBytes = Math.max(0, passed.length - data.length);
    this.#late = { data: passed, keptBytes, dueMs: nowMs + delayMs };
    return this.#whenDue(this.#late, nowMs);
  }

  onEnd(): Verdict {
    const held = this.#reader.reset();
    return held.length > 0 ? { kind: 'insert', data: held } : PASS;
  }

  /** A delay goes on: what it waits for has not changed. */
  restart(): boolean {
    return false;
  }

  release(): Buffer | 'broken' {
    if (this.#answering) return 'broken';
    if (this.#late) return this.#late.data.subarray(0, this.#late.keptBytes);
    return this.#reader.reset();
  }

  #whenDue(late: Late, nowMs: number): Verdict {
    if (nowMs < late.dueMs) return waitUntil(late.dueMs);
    this.#late = undefined;
    return replaced(late.data);
  }

  /** No response is awaited either: whatever it belongs to is not known. */
  #lose(): void {
    this.#isLost = true;
    this.#answering = undefined;
    this.#following.exchange = undefined;
  }

  /** Answers the fault that begins with this segment. */
  #follow(segment: Segment, out: Buffer[]): HttpFault | undefined {
    if (segment.kind === 'head' && !this.#following.opaque) return this.#begin(segment, out);
    if (segment.kind === 'lost') this.#lose();
    if (segment.kind === 'done') this.#finish();
    if (!this.#answering) out.push(segment.bytes);
    return undefined;
  }

  #begin(segment: Segment & { kind: 'head' }, out: Buffer[]): HttpFault | undefined {
    const request = asRequest(segment.head);
    if (!request || this.#following.isAwaited) {
      // Requests that do not wait for answers: which answer belongs to which is not followed.
      this.#following.opaque = true;
      out.push(segment.bytes);
      return undefined;
    }
    const { fault } = this.#following.begin(request);
    if (fault?.action === 'status') {
      this.#answering = fault;
    } else if (fault?.action === 'header' && fault.on === 'request') {
      out.push(editedBy(fault, segment.head));
    } else {
      out.push(segment.bytes);
    }
    return fault;
  }

  #finish(): void {
    const { exchange } = this.#following;
    if (!exchange) return;
    exchange.requestDone = true;
    const fault = this.#answering;
    this.#answering = undefined;
    if (fault) this.#input.answer(answerOf(fault, exchange.request));
  }
}

class Responses implements Behaviour {
  readonly #following: Following;
  readonly #reader = new MessageReader(
    (head) => responseFraming(head, this.#following.exchange?.request.method ?? ''),
    mayBeResponse,
  );
  /** What happens to the body that is under way. */
  #body: 'kept' | 'replaced' | 'garbled' = 'kept';
  #isFinal = true;

  constructor(following: Following) {
    this.#following = following;
  }

  onChunk({ data }: Chunk): Verdict {
    if (!this.#following.isAwaited || this.#following.opaque) {
      const held = this.#reader.reset();
      return held.length > 0 ? replaced(Buffer.concat([held, data])) : PASS;
    }
    const out: Buffer[] = [];
    for (const segment of this.#reader.read(data)) this.#follow(segment, out);
    // What follows the response that was awaited belongs to nobody.
    if (!this.#following.isAwaited) out.push(this.#reader.reset());
    return replaced(Buffer.concat(out));
  }

  onEnd(): Verdict {
    const held = this.#reader.reset();
    return held.length > 0 ? { kind: 'insert', data: held } : PASS;
  }

  restart(): boolean {
    return false;
  }

  release(): Buffer | 'broken' {
    return this.#body === 'replaced' ? 'broken' : this.#reader.reset();
  }

  #follow(segment: Segment, out: Buffer[]): void {
    const { exchange } = this.#following;
    if (!exchange || exchange.responseDone) {
      out.push(segment.bytes);
      return;
    }
    switch (segment.kind) {
      case 'head':
        out.push(this.#rewrite(segment, exchange));
        return;
      case 'data':
        if (this.#body === 'replaced') return;
        out.push(
          this.#body === 'garbled' ? Buffer.alloc(segment.bytes.length, GARBAGE) : segment.bytes,
        );
        return;
      case 'framing':
        if (this.#body !== 'replaced') out.push(segment.bytes);
        return;
      case 'done':
        if (!this.#isFinal) return;
        exchange.responseDone = true;
        this.#body = 'kept';
        return;
      case 'lost':
        this.#following.opaque = true;
        out.push(segment.bytes);
    }
  }

  #rewrite({ head, bytes }: Segment & { kind: 'head' }, { request, fault }: Exchange): Buffer {
    const status = statusOf(head) ?? 0;
    this.#isFinal = status >= 200;
    this.#body = 'kept';
    if (!this.#isFinal || !fault) return bytes;
    if (fault.action === 'header' && fault.on === 'response') return editedBy(fault, head);
    const { kind } = responseFraming(head, request.method);
    if (fault.action !== 'body' || request.method === 'HEAD' || status === 204 || status === 304) {
      return bytes;
    }
    if (fault.mode === 'garble') {
      this.#body = 'garbled';
      return bytes;
    }
    // A body of no bytes ends with its head: nothing of it is left to be thrown away.
    this.#body = kind === 'none' ? 'kept' : 'replaced';
    const body = Buffer.from(fault.text);
    const framed = ['content-length', 'transfer-encoding', 'content-encoding', 'trailer'];
    const length = { 'content-length': String(body.length) };
    return Buffer.concat([editHead(head, framed, length), body]);
  }
}

function replaced(data: Buffer): Verdict {
  return data.length > 0 ? { kind: 'replace', data } : DROP;
}

function editedBy({ name, value }: HttpFault, head: Head): Buffer {
  return editHead(head, [name.toLowerCase()], value === '' ? {} : { [name]: value });
}

function answerOf({ status, text }: HttpFault, request: RequestHead): Buffer {
  const body = Buffer.from(text);
  const close = valuesOf(request, 'connection').some((one) => one.toLowerCase() === 'close');
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${body.length}`,
    ...(close ? ['connection: close'] : []),
  ];
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  return request.method === 'HEAD' ? bytes : Buffer.concat([bytes, body]);
}

function isDrawn(random: Random, share: number): boolean {
  return random.next() < share;
}

/** Who waits for leave to send a body gets it from the callee. */
function isAnswerable(request: RequestHead): boolean {
  return valuesOf(request, 'expect').length === 0;
}

function framingOfRequest(head: Head): ReturnType<typeof requestFraming> {
  const request = asRequest(head);
  return request ? requestFraming(request) : { kind: 'unknown' };
}

function mayBeRequest(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, 8);
  return METHODS.some((method) => `${method} `.startsWith(begin) || begin.startsWith(`${method} `));
}

function mayBeResponse(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, 7);
  return 'HTTP/1.'.startsWith(begin);
}

/** Whether a chunk begins with the whole first line of a request: the way back after a loss. */
function beginsRequest(data: Buffer): boolean {
  return (
    mayBeRequest(data) && /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(data.toString('latin1', 0, 8192))
  );
}
