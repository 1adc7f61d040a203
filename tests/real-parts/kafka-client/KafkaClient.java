import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Apache Kafka's own client, steered by lines of JSON: {"id":1,"op":"produce",…} is answered with
 * {"id":1,"result":…} or {"id":1,"error":"RecordTooLargeException","message":"…"}. Requests are
 * worked on side by side. It ends when its input does.
 */
public final class KafkaClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Only answers go there: what anybody else prints goes to the standard error. */
  private static final PrintStream OUT = System.out;
  private static final long PATIENCE_MS = 30_000;

  private final String bootstrap;
  private final Map<String, Reader> readers = new ConcurrentHashMap<>();
  private final Map<String, Pump> pumps = new ConcurrentHashMap<>();
  private final Admin admin;

  private KafkaClient(String bootstrap) {
    this.bootstrap = bootstrap;
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  public static void main(String[] args) throws Exception {
    System.setOut(System.err);
    KafkaClient client = new KafkaClient(args[0]);
    ExecutorService workers = Executors.newCachedThreadPool();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode request = JSON.readTree(line);
      workers.submit(() -> client.answer(request));
    }
    Runtime.getRuntime().halt(0);
  }

  private void answer(JsonNode request) {
    Map<String, Object> answer = new HashMap<>();
    answer.put("id", request.get("id").asInt());
    try {
      answer.put("result", perform(request));
    } catch (Throwable failure) {
      Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
      answer.put("error", cause.getClass().getSimpleName());
      answer.put("message", String.valueOf(cause.getMessage()));
    }
    try {
      String line = JSON.writeValueAsString(answer);
      synchronized (OUT) {
        OUT.println(line);
      }
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private Object perform(JsonNode request) throws Exception {
    switch (request.get("op").asText()) {
      case "produce":
        return produce(request);
      case "read":
        readers.put(name(request), new Reader(request));
        return null;
      case "readUntil":
        return reader(request).until(request.get("count").asInt());
      case "assigned":
        return reader(request).assigned(request.get("count").asInt());
      case "close":
        readers.remove(name(request)).close();
        return null;
      case "offsetsForTimes":
        return offsetsForTimes(request);
      case "transaction":
        return transaction(request);
      case "pump":
        pumps.put(name(request), new Pump(request));
        return null;
      case "pumped":
        return pumps.get(name(request)).until(request.get("count").asInt());
      case "stopPump":
        return pumps.remove(name(request)).close();
      default:
        return administrate(request);
    }
  }

  private static String name(JsonNode request) {
    return request.get("name").asText();
  }

  private Reader reader(JsonNode request) {
    return readers.get(name(request));
  }

  private Map<String, Object> configOf(JsonNode request) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap);
    config.put("reconnect.backoff.max.ms", "200");
    if (request.has("config")) {
      request.get("config").properties().forEach(e -> config.put(e.getKey(), e.getValue().asText()));
    }
    return config;
  }

  private KafkaProducer<String, String> producer(JsonNode request) {
    return new KafkaProducer<>(configOf(request), new StringSerializer(), new StringSerializer());
  }

  private Object produce(JsonNode request) throws Exception {
    List<Map<String, Object>> placed = new ArrayList<>();
    try (KafkaProducer<String, String> producer = producer(request)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (JsonNode message : request.get("messages")) {
        sent.add(producer.send(recordOf(request.get("topic").asText(), message)));
      }
      for (Future<RecordMetadata> future : sent) {
        RecordMetadata metadata = future.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        placed.add(Map.of("partition", metadata.partition(), "offset", metadata.offset()));
      }
    }
    return placed;
  }

  private Object transaction(JsonNode request) throws Exception {
    Map<String, Object> config = configOf(request);
    config.put("transactional.id", request.get("topic").asText());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(request.get("topic").asText(), "a"));
      producer.commitTransaction();
    }
    return null;
  }

  private static ProducerRecord<String, String> recordOf(String topic, JsonNode message) {
    Integer partition = message.hasNonNull("partition") ? message.get("partition").asInt() : null;
    Long timestamp = message.hasNonNull("timestamp") ? message.get("timestamp").asLong() : null;
    ProducerRecord<String, String> record =
        new ProducerRecord<>(topic, partition, timestamp, text(message, "key"), text(message, "value"));
    if (message.has("headers")) {
      message
          .get("headers")
          .properties()
          .forEach(
              e -> record.headers().add(e.getKey(), e.getValue().asText().getBytes(StandardCharsets.UTF_8)));
    }
    return record;
  }

  private static String text(JsonNode node, String field) {
    return node.hasNonNull(field) ? node.get(field).asText() : null;
  }

  private Object offsetsForTimes(JsonNode request) {
    TopicPartition partition =
        new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
    List<Long> offsets = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(configOf(request), new StringDeserializer(), new StringDeserializer())) {
      for (JsonNode time : request.get("times")) {
        var found = consumer.offsetsForTimes(Map.of(partition, time.asLong())).get(partition);
        offsets.add(found == null ? null : (Long) found.offset());
      }
    }
    return offsets;
  }

  private Object administrate(JsonNode request) throws Exception {
    switch (request.get("op").asText()) {
      case "createTopic":
        Map<String, String> configs = new HashMap<>();
        if (request.has("configs")) {
          request.get("configs").properties().forEach(e -> configs.put(e.getKey(), e.getValue().asText()));
        }
        NewTopic topic =
            new NewTopic(
                request.get("topic").asText(),
                request.get("partitions").asInt(),
                (short) request.path("replicas").asInt(1));
        admin.createTopics(List.of(topic.configs(configs))).all().get();
        return null;
      case "deleteTopic":
        admin.deleteTopics(List.of(request.get("topic").asText())).all().get();
        return null;
      case "listTopics":
        return admin.listTopics().names().get().stream().sorted().toList();
      case "describeTopic":
        var described = admin.describeTopics(List.of(request.get("topic").asText())).allTopicNames().get();
        return described.values().iterator().next().partitions().stream()
            .map(p -> Map.of("partition", p.partition(), "leader", p.leader().id(), "isr", p.isr().size()))
            .toList();
      case "topicConfig":
        ConfigResource resource =
            new ConfigResource(ConfigResource.Type.TOPIC, request.get("topic").asText());
        return admin.describeConfigs(List.of(resource)).all().get().get(resource)
            .get(request.get("key").asText()).value();
      case "brokers":
        return admin.describeCluster().nodes().get().stream().map(node -> node.id()).toList();
      case "listOffsets":
        return listOffsets(request);
      default:
        return administrateGroup(request);
    }
  }

  private Object listOffsets(JsonNode request) throws Exception {
    TopicPartition partition =
        new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
    List<Long> offsets = new ArrayList<>();
    for (OffsetSpec spec :
        List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.maxTimestamp())) {
      offsets.add(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset());
    }
    return offsets;
  }

  private Object administrateGroup(JsonNode request) throws Exception {
    String group = text(request, "group");
    switch (request.get("op").asText()) {
      case "listGroups":
        return admin.listGroups().all().get().stream().map(g -> g.groupId()).sorted().toList();
      case "describeGroup":
        ConsumerGroupDescription description =
            admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        return Map.of(
            "state", description.groupState().toString(),
            "members", description.members().size(),
            "assignor", description.partitionAssignor());
      case "deleteGroup":
        admin.deleteConsumerGroups(List.of(group)).all().get();
        return null;
      case "committed":
        Map<String, Object> offsets = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
            .forEach((partition, offset) -> offsets.put(partition.toString(), offset.offset()));
        return offsets;
      case "moveGroup":
        TopicPartition partition =
            new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
        admin.alterConsumerGroupOffsets(
                group, Map.of(partition, new OffsetAndMetadata(request.get("offset").asLong())))
            .all().get();
        return null;
      default:
        throw new IllegalArgumentException("unknown op " + request.get("op"));
    }
  }

  /** A consumer on a thread of its own: it takes part in rebalances while nobody asks it. */
  private final class Reader implements Runnable, ConsumerRebalanceListener {
    private final KafkaConsumer<String, String> consumer;
    private final List<Map<String, Object>> records = new ArrayList<>();
    private final Thread thread = new Thread(this);
    private Set<TopicPartition> assignment = Set.of();
    private Throwable failure;
    private volatile boolean isOpen = true;

    Reader(JsonNode request) {
      Map<String, Object> config = configOf(request);
      config.putIfAbsent("auto.offset.reset", "earliest");
      consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
      String topic = request.get("topic").asText();
      if (config.containsKey(ConsumerConfig.GROUP_ID_CONFIG)) consumer.subscribe(List.of(topic), this);
      else {
        List<TopicPartition> all =
            consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
        consumer.assign(all);
      }
      thread.start();
    }

    @Override
    public void run() {
      try {
        while (isOpen) {
          var polled = consumer.poll(Duration.ofMillis(200));
          synchronized (this) {
            polled.forEach(record -> records.add(describe(record)));
            assignment = consumer.assignment();
            notifyAll();
          }
        }
      } catch (WakeupException expected) {
        // close() was called.
      } catch (Throwable thrown) {
        synchronized (this) {
          failure = thrown;
          notifyAll();
        }
      } finally {
        consumer.close();
      }
    }

    private Map<String, Object> describe(ConsumerRecord<String, String> record) {
      Map<String, Object> entry = new LinkedHashMap<>();
      Map<String, String> headers = new TreeMap<>();
      for (Header header : record.headers()) {
        headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
      }
      entry.put("partition", record.partition());
      entry.put("offset", record.offset());
      entry.put("key", record.key());
      entry.put("value", record.value());
      entry.put("timestamp", record.timestamp());
      entry.put("headers", headers);
      return entry;
    }

    synchronized Object until(int count) throws Exception {
      long deadline = System.currentTimeMillis() + PATIENCE_MS;
      while (records.size() < count) await(deadline, records.size() + " of " + count + " records");
      return new ArrayList<>(records);
    }

    synchronized Object assigned(int count) throws Exception {
      long deadline = System.currentTimeMillis() + PATIENCE_MS;
      while (assignment.size() != count) await(deadline, "assignment is " + assignment);
      return assignment.stream().map(TopicPartition::partition).sorted().toList();
    }

    private void await(long deadline, String state) throws Exception {
      if (failure != null) throw new ExecutionException(failure);
      long left = deadline - System.currentTimeMillis();
      if (left <= 0) throw new IllegalStateException(state);
      wait(left);
    }

    void close() throws InterruptedException {
      isOpen = false;
      consumer.wakeup();
      thread.join();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
  }

  /** Sends numbered messages to every partition in turn until it is told to stop. */
  private final class Pump implements Runnable {
    private static final int UNACKNOWLEDGED = 200;
    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final int[] acknowledged;
    private final Semaphore window = new Semaphore(UNACKNOWLEDGED);
    private final Thread thread = new Thread(this);
    private int total;
    private Exception failure;
    private volatile boolean isOpen = true;

    Pump(JsonNode request) {
      producer = producer(request);
      topic = request.get("topic").asText();
      acknowledged = new int[request.get("partitions").asInt()];
      thread.start();
    }

    @Override
    public void run() {
      try {
        for (int number = 0; isOpen; number += 1) {
          for (int partition = 0; partition < acknowledged.length; partition += 1) {
            int place = partition;
            window.acquire();
            producer.send(
                new ProducerRecord<>(topic, partition, null, partition + ":" + number),
                (metadata, thrown) -> arrived(place, thrown));
          }
        }
      } catch (Exception thrown) {
        arrived(0, thrown);
      }
    }

    private synchronized void arrived(int partition, Exception thrown) {
      window.release();
      if (thrown == null) {
        acknowledged[partition] += 1;
        total += 1;
      } else if (failure == null) failure = thrown;
      notifyAll();
    }

    /** Waits for `count` more acknowledgements. */
    synchronized Object until(int count) throws Exception {
      int wanted = total + count;
      long deadline = System.currentTimeMillis() + PATIENCE_MS;
      while (total < wanted && failure == null) {
        long left = deadline - System.currentTimeMillis();
        if (left <= 0) throw new IllegalStateException(total + " of " + wanted + " acknowledged");
        wait(left);
      }
      if (failure != null) throw failure;
      return total;
    }

    Object close() throws Exception {
      isOpen = false;
      thread.join();
      producer.close();
      synchronized (this) {
        if (failure != null) throw failure;
        return Arrays.stream(acknowledged).boxed().toList();
      }
    }
  }
}
