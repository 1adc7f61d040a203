/** A field of a request that broke a rule, and the value the control plane saw. */
export interface FieldProblem {
  field: string;
  rule: string;
  received?: string;
}

/** Why the control plane refused or could not answer: a problem document, or the network's fault. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable code of the problem, `unreachable` when no answer came. */
  readonly code: string;
  /** What happened, for people: the problem's detail, or its title when it has none. */
  readonly detail: string;
  /** The fields that broke a rule, for forms. */
  readonly fields: readonly FieldProblem[];

  constructor(
    status: number,
    code: string,
    detail: string,
    { fields = [], ...options }: ErrorOptions & { fields?: readonly FieldProblem[] } = {},
  ) {
    super(`${code}: ${detail}`, options);
    this.fields = fields;
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** Values of a query string; absent and empty ones are left out. */
export type Params = Readonly<Record<string, string | number | boolean | undefined | null>>;

/** `/api` path with its query string, for requests and for copying. */
export function apiPath(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return `/api${path}${text ? `?${text}` : ''}`;
}

/** `GET /api{path}`. Throws {@link ApiError}. */
export async function getJson<T>(
  path: string,
  params: Params = {},
  signal?: AbortSignal,
): Promise<T> {
  return request<T>(apiPath(path, params), signal ? { signal } : {});
}

/** Sends a change; resolves with the answer's body, `undefined` for 204. Throws {@link ApiError}. */
export async function sendJson<T = void>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  return request<T>(apiPath(path), {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

/** The text to show for anything thrown. */
export function errorDetail(error: unknown): string {
  if (error instanceof ApiError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(
      0,
      'unreachable',
      'The control plane does not answer. Is `npm start` running?',
      {
        cause: error,
      },
    );
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ApiError(response.status, 'not-json', `${url} answered something that is not JSON.`, {
      cause: error,
    });
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Record<string, unknown>;
    const detail = [problem.detail, problem.title].find((part) => typeof part === 'string');
    if (detail !== undefined) {
      const code = typeof problem.code === 'string' ? problem.code : `http-${response.status}`;
      const fields = Array.isArray(problem.errors) ? (problem.errors as FieldProblem[]) : [];
      return new ApiError(response.status, code, detail, { fields });
    }
  } catch {
    // Not a problem document: a proxy or an older server answered.
  }
  const detail = `The control plane answered ${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, `http-${response.status}`, detail);
}
