import { problem } from '../http/problem-error.ts';

/** Codes and details of answers, in the words that services use for themselves. */
const WORDS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['invalid-request', 'The request breaks a rule of the service'],
  401: ['token-invalid', 'The token of the call is not good'],
  403: ['forbidden', 'The call is not allowed'],
  404: ['not-found', 'There is no such thing'],
  409: ['conflict', 'The state of the thing does not allow this'],
  429: ['rate-limited', 'Too many requests; try later'],
  502: ['bad-gateway', 'A service behind this one did not answer'],
  503: ['unavailable', 'The service cannot answer now; try later'],
  504: ['gateway-timeout', 'A service behind this one took too long'],
};

/** The error that a handler throws which answers with `status` (400 to 599). */
export function failureOf(status: number): Error {
  if (status === 500) return uncaughtFailure();
  const [code, detail] = WORDS[status] ?? (status < 500 ? WORDS[400]! : WORDS[503]!);
  return withoutStack(problem(status, code, detail));
}

/** A bug of a handler, as its runtime reports it: answered with 500, `INTERNAL` over gRPC. */
export function uncaughtFailure(): Error {
  return withoutStack(new TypeError("Cannot read properties of undefined (reading 'status')"));
}

/** The place where it was made would be no help to anybody. */
function withoutStack(error: Error): Error {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
