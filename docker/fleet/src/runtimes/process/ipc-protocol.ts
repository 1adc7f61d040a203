import type { ProcessEvent, ProcessHost } from '../../contract.ts';

/** The operations of a {@link ProcessHost} that travel over IPC. */
export type HostMethod = 'spawn' | 'signal' | 'list' | 'logs' | 'usage';

/** Client to host: call `method` with `args`; answered by one {@link HostReply} with the same id. */
export interface HostRequest {
  type: 'host-request';
  id: number;
  method: HostMethod;
  args: unknown[];
}

/** Host to client: how the call with this id ended. */
export type HostReply =
  | { type: 'host-reply'; id: number; ok: true; value: unknown }
  | { type: 'host-reply'; id: number; ok: false; error: string };

/** Host to client: something happened to a process. Sent unasked, in order. */
export interface HostNotice {
  type: 'host-event';
  event: ProcessEvent;
}

/** One end of an IPC channel: a `ChildProcess` in the parent, `process` in the child. */
export interface IpcEnd {
  send?: ((message: object) => unknown) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Tells messages of this protocol from others on the same channel. */
export function isMessage(message: unknown): message is { type: string } {
  return typeof message === 'object' && message !== null && 'type' in message;
}

/** The types of arguments and value of a method of the host. */
export type HostCall<Method extends HostMethod> = {
  args: Parameters<ProcessHost[Method]>;
  value: Awaited<ReturnType<ProcessHost[Method]>>;
};
