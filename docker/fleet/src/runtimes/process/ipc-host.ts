import type { ProcessEvent, ProcessHost, ProcessSpec, ProcessStatus } from '../../contract.ts';
import {
  isMessage,
  type HostCall,
  type HostMethod,
  type HostNotice,
  type HostReply,
  type IpcEnd,
} from './ipc-protocol.ts';

/**
 * The client's side: a host that lives at the other end of `channel` (a child passes `process`).
 * Disposing it ends nothing but the conversation: the processes belong to the other end.
 */
export function createIpcProcessHost(channel: IpcEnd): ProcessHost {
  return new IpcProcessHost(channel);
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

class IpcProcessHost implements ProcessHost {
  readonly #channel: IpcEnd;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: ProcessEvent) => void>();
  readonly #onMessage = (message: unknown): void => this.#receive(message);
  #lastId = 0;

  constructor(channel: IpcEnd) {
    this.#channel = channel;
    channel.on('message', this.#onMessage);
    channel.on('disconnect', () => this.#failAll('The supervisor is gone.'));
  }

  spawn(spec: ProcessSpec): Promise<ProcessStatus> {
    return this.#call('spawn', [spec]);
  }

  signal(...args: HostCall<'signal'>['args']): Promise<void> {
    return this.#call('signal', args);
  }

  list(): Promise<ProcessStatus[]> {
    return this.#call('list', []);
  }

  logs(id: string, lines: number): Promise<string[]> {
    return this.#call('logs', [id, lines]);
  }

  usage(): Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]> {
    return this.#call('usage', []);
  }

  subscribe(listener: (event: ProcessEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.off('message', this.#onMessage);
    this.#listeners.clear();
    this.#failAll('The process host is closed.');
  }

  #call<Method extends HostMethod>(
    method: Method,
    args: HostCall<Method>['args'],
  ): Promise<HostCall<Method>['value']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.#channel.send) {
        reject(new Error('This process has no supervisor.'));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#channel.send({ type: 'host-request', id, method, args });
    });
  }

  #receive(message: unknown): void {
    if (!isMessage(message)) return;
    if (message.type === 'host-event') {
      const { event } = message as HostNotice;
      for (const listener of this.#listeners) listener(event);
    }
    if (message.type === 'host-reply') {
      const reply = message as HostReply;
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.value as never);
      else waiting?.reject(new Error(reply.error));
    }
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(reason));
    this.#waiting.clear();
  }
}
