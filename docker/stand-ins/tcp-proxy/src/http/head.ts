/** The head of a message: its first line and its header lines, as they were sent. */
export interface Head {
  /** Without the line break. */
  readonly firstLine: string;
  readonly fields: readonly {
    readonly name: string;
    readonly line: string;
    readonly value: string;
  }[];
}

/** Head of a request. */
export interface RequestHead extends Head {
  readonly method: string;
  /** Without query. */
  readonly path: string;
}

/** How the end of a body is found (RFC 9112, section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly sizeBytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }
  /** Broken, or no longer HTTP/1.1: nobody can tell where the next message begins. */
  | { readonly kind: 'unknown' };

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)(?: .*)?$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** Reads a head up to its empty line; undefined if it breaks the grammar. */
export function parseHead(bytes: Buffer): Head | undefined {
  const [firstLine = '', ...lines] = bytes.toString('latin1').slice(0, -4).split('\r\n');
  const fields = lines.map((line) => {
    const [, name = '', value = ''] = FIELD.exec(line) ?? [];
    return { name: name.toLowerCase(), line, value };
  });
  return fields.some(({ name }) => name === '') ? undefined : { firstLine, fields };
}

/** The head as that of a request; undefined if its first line is not one of HTTP/1. */
export function asRequest(head: Head): RequestHead | undefined {
  const [, method, target = ''] = REQUEST_LINE.exec(head.firstLine) ?? [];
  if (method === undefined) return undefined;
  const path = target.replace(/^https?:\/\/[^/?]*/, '').replace(/\?.*$/, '');
  return { ...head, method, path };
}

/** The status of a response's head; undefined if its first line is not one of HTTP/1. */
export function statusOf({ firstLine }: Head): number | undefined {
  const [, status] = STATUS_LINE.exec(firstLine) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** All values of a header, in order. */
export function valuesOf({ fields }: Head, name: string): string[] {
  return fields.filter((field) => field.name === name).map(({ value }) => value);
}

/** How the body of a request ends. Upgrades and tunnels are `unknown`: what follows is not HTTP. */
export function requestFraming(head: RequestHead): Framing {
  if (head.method === 'CONNECT' || valuesOf(head, 'upgrade').length > 0) return { kind: 'unknown' };
  return bodyFraming(head) ?? { kind: 'none' };
}

/** How the body of the response to a request with `method` ends. */
export function responseFraming(head: Head, method: string): Framing {
  const status = statusOf(head);
  if (status === undefined || status === 101) return { kind: 'unknown' };
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') {
    return { kind: 'none' };
  }
  return bodyFraming(head) ?? { kind: 'until-close' };
}

function bodyFraming(head: Head): Framing | undefined {
  const encodings = valuesOf(head, 'transfer-encoding');
  const lengths = new Set(valuesOf(head, 'content-length'));
  if (encodings.length > 0) {
    const plain = encodings.length === 1 && encodings[0]?.toLowerCase() === 'chunked';
    // Both at once is how requests are smuggled: it is left to those who are meant.
    return { kind: plain && lengths.size === 0 ? 'chunked' : 'unknown' };
  }
  if (lengths.size === 0) return undefined;
  const [length = ''] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) return { kind: 'unknown' };
  return length === '0' ? { kind: 'none' } : { kind: 'length', sizeBytes: Number(length) };
}

/** The bytes of a head, with some headers taken away and others put at the end. */
export function editHead(
  { firstLine, fields }: Head,
  removed: readonly string[],
  added: Readonly<Record<string, string>>,
): Buffer {
  const kept = fields.filter(({ name }) => !removed.includes(name)).map(({ line }) => line);
  const put = Object.entries(added).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[firstLine, ...kept, ...put].join('\r\n')}\r\n\r\n`, 'latin1');
}
