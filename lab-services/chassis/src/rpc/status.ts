/** Status codes of gRPC that the lab uses, by number (grpc.github.io, "Status codes"). */
export const RPC_STATUS = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Metadata that carries the stable code of a problem beside the status. */
export const PROBLEM_CODE = 'x-problem-code';

/** What each status is in HTTP, so that one set of rules decides about both protocols. */
const HTTP_STATUS: Readonly<Record<number, number>> = {
  [RPC_STATUS.ok]: 200,
  [RPC_STATUS.cancelled]: 499,
  [RPC_STATUS.invalidArgument]: 400,
  [RPC_STATUS.deadlineExceeded]: 504,
  [RPC_STATUS.notFound]: 404,
  [RPC_STATUS.alreadyExists]: 409,
  [RPC_STATUS.permissionDenied]: 403,
  [RPC_STATUS.resourceExhausted]: 429,
  [RPC_STATUS.failedPrecondition]: 409,
  [RPC_STATUS.unimplemented]: 404,
  [RPC_STATUS.unavailable]: 503,
  [RPC_STATUS.unauthenticated]: 401,
};

/** 500 for a status that says nothing else. */
export function toHttpStatus(rpcStatus: number): number {
  return HTTP_STATUS[rpcStatus] ?? 500;
}

/** The status that tells a problem with this HTTP status. */
export function toRpcStatus(httpStatus: number): number {
  if (httpStatus === 409) return RPC_STATUS.failedPrecondition;
  if (httpStatus === 422) return RPC_STATUS.invalidArgument;
  const found = Object.entries(HTTP_STATUS).find(([, status]) => status === httpStatus);
  return found ? Number(found[0]) : RPC_STATUS.internal;
}
