import { parseHead, type Framing, type Head } from './head.ts';

/** A piece of a stream of messages. All bytes together, in order, are the stream. */
export type Segment =
  | { readonly kind: 'head'; readonly bytes: Buffer; readonly head: Head }
  /** Bytes of a body. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** Sizes of chunks, trailers. */
  | { readonly kind: 'framing'; readonly bytes: Buffer }
  /** The message is complete. */
  | { readonly kind: 'done'; readonly bytes: Buffer }
  /** This is not HTTP/1.1, or none that can be followed; nor is what comes after. */
  | { readonly kind: 'lost'; readonly bytes: Buffer };

/** A longer head is not followed. */
const LONGEST_HEAD_BYTES = 64 * 1024;
/** A longer line with the size of a chunk, or of trailers, is not followed. */
const LONGEST_LINE_BYTES = 8 * 1024;

const NOTHING = Buffer.alloc(0);
const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';

type State =
  | { readonly kind: 'head' }
  | { readonly kind: 'body'; leftBytes: number }
  | { readonly kind: 'chunk-size' }
  | { readonly kind: 'chunk-data'; leftBytes: number }
  | { readonly kind: 'chunk-end' }
  | { readonly kind: 'trailers' }
  | { readonly kind: 'until-close' }
  | { readonly kind: 'lost' };

/**
 * Takes one direction of a connection apart, whatever pieces it comes in.
 *
 *     message   = head *data done
 *     chunked   = head *( framing *data ) framing done
 */
export class MessageReader {
  readonly #framingOf: (head: Head) => Framing;
  readonly #mayBegin: (bytes: Buffer) => boolean;
  #state: State = { kind: 'head' };
  /** Bytes of a head or a line that is not complete. */
  #held: Buffer = NOTHING;

  /**
   * @param mayBegin whether a message can begin like this; asked while the head is incomplete, so
   *   that other protocols are let through at once
   */
  constructor(framingOf: (head: Head) => Framing, mayBegin: (bytes: Buffer) => boolean) {
    this.#framingOf = framingOf;
    this.#mayBegin = mayBegin;
  }

  /** Where a message could begin. */
  get isBetweenMessages(): boolean {
    return this.#state.kind === 'head' && this.#held.length === 0;
  }

  /** What is kept back because it is incomplete. */
  get held(): Buffer {
    return this.#held;
  }

  /** Gives up what is held, and begins anew. */
  reset(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    this.#state = { kind: 'head' };
    return held;
  }

  read(data: Buffer): Segment[] {
    const segments: Segment[] = [];
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, data]) : data;
    this.#held = NOTHING;
    while (rest.length > 0) {
      const taken = this.#step(rest, segments);
      if (taken === 0) {
        this.#held = Buffer.from(rest);
        break;
      }
      rest = rest.subarray(taken);
    }
    return segments;
  }

  /** Answers how many bytes became segments; 0: more is needed. */
  #step(rest: Buffer, segments: Segment[]): number {
    const state = this.#state;
    switch (state.kind) {
      case 'head':
        return this.#readHead(rest, segments);
      case 'body':
      case 'chunk-data': {
        const bytes = rest.subarray(0, state.leftBytes);
        segments.push({ kind: 'data', bytes });
        state.leftBytes -= bytes.length;
        if (state.leftBytes > 0) return bytes.length;
        if (state.kind === 'body') this.#finish(segments);
        else this.#state = { kind: 'chunk-end' };
        return bytes.length;
      }
      case 'until-close':
        segments.push({ kind: 'data', bytes: rest });
        return rest.length;
      case 'lost':
        return this.#lose(rest, segments);
      default:
        return this.#readLine(rest, segments);
    }
  }

  #readHead(rest: Buffer, segments: Segment[]): number {
    const end = rest.indexOf(HEAD_END);
    if (end < 0) {
      const follows = rest.length <= LONGEST_HEAD_BYTES && this.#mayBegin(rest);
      return follows ? 0 : this.#lose(rest, segments);
    }
    const bytes = rest.subarray(0, end + HEAD_END.length);
    const head = bytes.length <= LONGEST_HEAD_BYTES ? parseHead(bytes) : undefined;
    const framing: Framing = head ? this.#framingOf(head) : { kind: 'unknown' };
    if (!head || framing.kind === 'unknown') return this.#lose(rest, segments);
    segments.push({ kind: 'head', bytes, head });
    if (framing.kind === 'none') this.#finish(segments);
    else this.#state = stateOf(framing);
    return bytes.length;
  }

  #readLine(rest: Buffer, segments: Segment[]): number {
    const end = rest.indexOf(LINE_END);
    if (end < 0) return rest.length > LONGEST_LINE_BYTES ? this.#lose(rest, segments) : 0;
    const line = rest.toString('latin1', 0, end);
    const next = this.#afterLine(line);
    if (next === undefined) return this.#lose(rest, segments);
    const bytes = rest.subarray(0, end + LINE_END.length);
    segments.push({ kind: 'framing', bytes });
    if (next === 'done') this.#finish(segments);
    else this.#state = next;
    return bytes.length;
  }

  #afterLine(line: string): State | 'done' | undefined {
    switch (this.#state.kind) {
      case 'chunk-size': {
        const [, size] = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
        if (size === undefined) return undefined;
        const leftBytes = Number.parseInt(size, 16);
        return leftBytes === 0 ? { kind: 'trailers' } : { kind: 'chunk-data', leftBytes };
      }
      case 'chunk-end':
        return line === '' ? { kind: 'chunk-size' } : undefined;
      default:
        return line === '' ? 'done' : this.#state;
    }
  }

  #finish(segments: Segment[]): void {
    this.#state = { kind: 'head' };
    segments.push({ kind: 'done', bytes: NOTHING });
  }

  #lose(rest: Buffer, segments: Segment[]): number {
    this.#state = { kind: 'lost' };
    segments.push({ kind: 'lost', bytes: rest });
    return rest.length;
  }
}

function stateOf(framing: Exclude<Framing, { kind: 'none' | 'unknown' }>): State {
  switch (framing.kind) {
    case 'length':
      return { kind: 'body', leftBytes: framing.sizeBytes };
    case 'chunked':
      return { kind: 'chunk-size' };
    case 'until-close':
      return { kind: 'until-close' };
  }
}
