import { connect } from 'node:net';
import { Kafka, logLevel, type ISocketFactory, type LogEntry } from 'kafkajs';
import type { Logger } from 'pino';
import { quietRequestQueues } from './quiet-request-queue.ts';

const CONNECT_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 5000;

/**
 * A kafkajs client that always connects to `brokers`, whatever address the cluster's metadata
 * advertises: the way to the broker is a link, and every byte takes it.
 *
 * @param brokers `host:port`, comma separated; the first is used
 */
export function createKafka(clientId: string, brokers: string, log: Logger): Kafka {
  quietRequestQueues();
  const addresses = brokers.split(',').map((address) => address.trim());
  return new Kafka({
    clientId,
    brokers: addresses,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: createSocketFactory(addresses[0]!),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => forward(entry, log),
  });
}

function createSocketFactory(address: string): ISocketFactory {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  return ({ onConnect }) => connect({ host, port, keepAlive: true, noDelay: true }, onConnect);
}

/** kafkajs logs each failed attempt as an error; here they are what a fault looks like. */
function forward({ namespace, log: { message, error } }: LogEntry, log: Logger): void {
  log.debug({ kafka: namespace, detail: error as unknown }, message);
}
