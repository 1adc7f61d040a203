import type { Reply } from './reply.ts';

/** What a handler is given. */
export interface ApiRequest {
  /** Decoded values of the `{placeholders}` of the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Handler = (request: ApiRequest) => Reply | Promise<Reply>;

/** One path with its methods, e.g. `/proxies/{proxy}`. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** A route that fits a path; `handler` is undefined when the method does not. */
export interface Match {
  readonly handler: Handler | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a path. Paths are compared segment by segment, decoded. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => Match | 'unknown' | 'malformed' {
  const compiled = routes.map((route) => ({ ...route, segments: route.path.split('/') }));

  return (method, path) => {
    const segments = decodeSegments(path);
    if (!segments) return 'malformed';
    for (const route of compiled) {
      const parameters = fit(route.segments, segments);
      if (parameters) {
        const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
        return { handler, parameters };
      }
    }
    return 'unknown';
  };
}

/** The path is decoded before it is split: an encoded `/` is a `/`, as in Toxiproxy. */
function decodeSegments(path: string): readonly string[] | undefined {
  try {
    return decodeURIComponent(path).split('/');
  } catch {
    return undefined;
  }
}

function fit(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (!expected.startsWith('{')) {
      if (expected !== actual) return undefined;
    } else if (actual === '') {
      return undefined;
    } else {
      parameters[expected.slice(1, -1)] = actual;
    }
  }
  return parameters;
}
