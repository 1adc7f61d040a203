import { defineApi } from './api.ts';
import { storageFailure } from './topic-creation.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface ProducerIdentity {
  error: ErrorCode;
  producerId: number;
  epoch: number;
}

/**
 * ```
 * InitProducerId Request (Version: 0-4) => transactional_id transaction_timeout_ms producer_id(3+)
 *     producer_epoch(3+) TAG_BUFFER(2+)
 *   transactional_id => NULLABLE_STRING
 *   transaction_timeout_ms => INT32
 *   producer_id => INT64                 its present id, when a producer asks again
 *   producer_epoch => INT16
 *
 * InitProducerId Response (Version: 0-4) => throttle_time_ms error_code producer_id producer_epoch
 *     TAG_BUFFER(2+)
 *   throttle_time_ms => INT32   error_code => INT16   producer_id => INT64
 *   producer_epoch => INT16
 * ```
 *
 * An idempotent producer that asks again gets a new id, at epoch 0, as from Apache Kafka.
 */
export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 2,
  decode(reader, version) {
    const transactionalId = reader.nullableString();
    reader.int32();
    if (version >= 3) reader.int64();
    if (version >= 3) reader.int16();
    reader.tags();
    return transactionalId;
  },
  handle(transactionalId, { state }): ProducerIdentity {
    if (transactionalId !== null) {
      return { error: ERROR.INVALID_REQUEST, producerId: -1, epoch: -1 };
    }
    try {
      return { error: ERROR.NONE, producerId: state.producerIds.next(), epoch: 0 };
    } catch (error) {
      const failure = storageFailure(state, 'no producer id given out', error);
      return { error: failure.error, producerId: -1, epoch: -1 };
    }
  },
  encode(writer, { error, producerId, epoch }) {
    writer.int32(0).int16(error).int64(producerId).int16(epoch).tags();
  },
});
