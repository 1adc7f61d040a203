import type { ProcessHost, ProcessSpec } from '../../contract.ts';
import { isMessage, type HostReply, type HostRequest, type IpcEnd } from './ipc-protocol.ts';

/**
 * The owner's side: answers the requests of the child at `channel` and tells it what happens.
 *
 * @returns a function that ends the service; the host and its processes stay
 */
export function serveProcessHost(channel: IpcEnd, host: ProcessHost): () => void {
  const send = (message: object): void => {
    try {
      channel.send?.(message);
    } catch {
      // The child is gone; whoever started it notices.
    }
  };
  const onMessage = (message: unknown): void => {
    if (!isMessage(message) || message.type !== 'host-request') return;
    const request = message as HostRequest;
    void answer(host, request).then(send);
  };
  channel.on('message', onMessage);
  const unsubscribe = host.subscribe((event) => send({ type: 'host-event', event }));
  const end = (): void => {
    channel.off('message', onMessage);
    unsubscribe();
  };
  channel.on('disconnect', end);
  return end;
}

async function answer(host: ProcessHost, request: HostRequest): Promise<HostReply> {
  const { id } = request;
  try {
    return { type: 'host-reply', id, ok: true, value: await perform(host, request) };
  } catch (error) {
    return { type: 'host-reply', id, ok: false, error: (error as Error).message };
  }
}

function perform(host: ProcessHost, { method, args }: HostRequest): Promise<unknown> {
  switch (method) {
    case 'spawn':
      return host.spawn(args[0] as ProcessSpec);
    case 'signal':
      return host.signal(args[0] as string, args[1] as 'SIGTERM');
    case 'list':
      return host.list();
    case 'logs':
      return host.logs(args[0] as string, args[1] as number);
    case 'usage':
      return host.usage();
    default:
      return Promise.reject(new Error(`Unknown method ${String(method)}.`));
  }
}
