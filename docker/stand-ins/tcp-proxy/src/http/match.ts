import { valuesOf, type RequestHead } from './head.ts';

/** Which requests are meant; empty texts mean any. */
export interface RequestPattern {
  readonly method: string;
  /** `*` stands for any run of characters: `/v1/orders*`. */
  readonly path: string;
  /** `name`, or `name: value` with `*` in the value. */
  readonly header: string;
}

/** Whether `request` is one of those that `pattern` means. */
export function matches({ method, path, header }: RequestPattern, request: RequestHead): boolean {
  if (method !== '' && method.toUpperCase() !== request.method) return false;
  if (path !== '' && !matchesGlob(path, request.path)) return false;
  if (header === '') return true;
  const [name = '', ...value] = header.split(':');
  const wanted = value.length === 0 ? '*' : value.join(':').trim();
  const given = valuesOf(request, name.trim().toLowerCase());
  return given.some((one) => matchesGlob(wanted, one));
}

/** Takes each part between two `*` where it comes first: linear in the text for each part. */
function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.endsWith(last) && text.length - last.length >= at;
}
