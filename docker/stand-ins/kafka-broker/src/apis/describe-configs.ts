import { defineApi, type Call } from './api.ts';
import { topicConfigs, type TopicConfig } from './topic-configs.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

interface ConfigQuery {
  type: number;
  name: string;
  keys: string[] | null;
}

interface ConfigResult {
  type: number;
  name: string;
  error: ErrorCode;
  reason: string | null;
  configs: TopicConfig[];
}

const RESOURCE = { TOPIC: 2, BROKER: 4 };
const SOURCE = { TOPIC: 1, DEFAULT: 5 };

/**
 * ```
 * DescribeConfigs Request (Version: 0-4) => [resources] include_synonyms(1+)
 *     include_documentation(3+) TAG_BUFFER(4+)
 *   resources => resource_type resource_name [configuration_keys] TAG_BUFFER(4+)
 *     resource_type => INT8              2 a topic, 4 a broker
 *     resource_name => STRING
 *     configuration_keys => STRING       null: all
 *   include_synonyms, include_documentation => BOOLEAN
 * ```
 */
export const describeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    const queries = reader.array((resource): ConfigQuery => {
      const type = resource.int8();
      const name = resource.string();
      const keys = resource.nullableArray((key) => key.string());
      resource.tags();
      return { type, name, keys };
    });
    if (version >= 1) reader.boolean();
    if (version >= 3) reader.boolean();
    reader.tags();
    return queries;
  },
  handle: (queries, call) => queries.map((query) => describe(query, call)),
  encode: encodeDescribeConfigs,
});

function describe({ type, name, keys }: ConfigQuery, { state }: Call): ConfigResult {
  const result = { type, name, error: ERROR.NONE, reason: null, configs: [] };
  const isWanted = (config: TopicConfig) => keys?.includes(config.name) ?? true;
  if (type === RESOURCE.TOPIC) {
    const topic = state.topics.get(name);
    return topic
      ? { ...result, configs: topicConfigs(topic, state.settings).filter(isWanted) }
      : {
          ...result,
          error: ERROR.UNKNOWN_TOPIC_OR_PARTITION,
          reason: `there is no topic ${JSON.stringify(name)}`,
        };
  }
  if (type === RESOURCE.BROKER && name === String(state.node.id)) {
    return { ...result, configs: brokerConfigs(state.settings).filter(isWanted) };
  }
  const reason = `resource type ${type} named ${JSON.stringify(name)} has no configuration here`;
  return { ...result, error: ERROR.INVALID_REQUEST, reason };
}

function brokerConfigs(settings: Call['state']['settings']): TopicConfig[] {
  const values = {
    'auto.create.topics.enable': settings.autoCreateTopics,
    'group.initial.rebalance.delay.ms': settings.initialRebalanceDelayMs,
    'log.retention.bytes': settings.retentionBytes,
    'log.segment.bytes': settings.segmentBytes,
    'message.max.bytes': settings.maxMessageBytes,
    'num.partitions': settings.defaultPartitions,
    'socket.request.max.bytes': settings.maxFrameBytes,
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: String(value),
    isDefault: true,
    isReadOnly: true,
    type: typeof value === 'boolean' ? 1 : 5,
  }));
}

/**
 * ```
 * DescribeConfigs Response (Version: 0-4) => throttle_time_ms [results] TAG_BUFFER(4+)
 *   throttle_time_ms => INT32
 *   results => error_code error_message resource_type resource_name [configs] TAG_BUFFER(4+)
 *     error_code => INT16   error_message => NULLABLE_STRING
 *     resource_type => INT8   resource_name => STRING
 *     configs => name value read_only is_default(0) config_source(1+) is_sensitive
 *         [synonyms](1+) config_type(3+) documentation(3+) TAG_BUFFER(4+)
 *       name => STRING   value => NULLABLE_STRING   read_only, is_default => BOOLEAN
 *       config_source => INT8   is_sensitive => BOOLEAN
 *       synonyms => name value source
 *       config_type => INT8   documentation => NULLABLE_STRING
 * ```
 */
function encodeDescribeConfigs(writer: WireWriter, results: ConfigResult[], version: number): void {
  writer.int32(0);
  writer.array(results, (entry, result) => {
    entry.int16(result.error).nullableString(result.reason);
    entry.int8(result.type).string(result.name);
    entry.array(result.configs, (item, config) => {
      item.string(config.name).nullableString(config.value).boolean(config.isReadOnly);
      if (version === 0) item.boolean(config.isDefault);
      else item.int8(config.isDefault ? SOURCE.DEFAULT : SOURCE.TOPIC);
      item.boolean(false);
      if (version >= 1) item.array([], () => undefined);
      if (version >= 3) item.int8(config.type).nullableString(null);
      item.tags();
    });
    entry.tags();
  });
  writer.tags();
}
