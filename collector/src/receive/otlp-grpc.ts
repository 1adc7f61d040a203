import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { Signal } from '../model/records.ts';
import { MAX_DECOMPRESSED_BYTES } from './body.ts';
import { decodeRequest } from './decode.ts';
import { take, type Intake } from './intake.ts';
import { responseBytes } from './response.ts';

/** A running receiver. */
export interface GrpcReceiver extends AsyncDisposable {
  readonly port: number;
}

/** The address could not be bound. */
export class PortUnavailableError extends Error {
  override name = 'PortUnavailableError';
}

const SERVICES: readonly (readonly [string, Signal])[] = [
  ['opentelemetry.proto.collector.trace.v1.TraceService', 'spans'],
  ['opentelemetry.proto.collector.logs.v1.LogsService', 'logs'],
  ['opentelemetry.proto.collector.metrics.v1.MetricsService', 'metrics'],
];

/** Starts the OTLP/gRPC receiver: `rpc Export` of the three services. @throws PortUnavailableError */
export async function startOtlpGrpc(
  intake: Intake,
  host: string,
  port: number,
): Promise<GrpcReceiver> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_DECOMPRESSED_BYTES });
  for (const [service, signal] of SERVICES) {
    server.addService(exportService(service), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        const taken = take(intake, signal, decodeRequest(signal, 'protobuf', call.request));
        if (taken.ok) answer(null, responseBytes(taken.refusal));
        else answer({ code: status.INVALID_ARGUMENT, details: taken.problem });
      },
    });
  }
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, actual) => {
      if (error) reject(new PortUnavailableError(error.message, { cause: error }));
      else resolve(actual);
    });
  });
  return {
    port: bound,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        // Exporters keep their connection open for ever; unanswered calls are repeated by them.
        const force = setTimeout(() => server.forceShutdown(), 1000);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

/** Messages stay bytes here: the same decoder reads them as for HTTP. */
function exportService(service: string): ServiceDefinition {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    Export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}
