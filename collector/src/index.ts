export {
  createCollector,
  DEFAULT_STORE_LIMIT_BYTES,
  type Collector,
  type CollectorOptions,
} from './collector.ts';
export { PortUnavailableError } from './receive/otlp-grpc.ts';
export { StoreUnavailableError } from './store/database.ts';
