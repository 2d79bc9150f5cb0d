package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The filter's topology under test, with its outputs folded as their readers would. */
final class Rig implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Stores of the common intake, and one that sends by a topic of its own. */
  private static final Topics TOPICS = new Topics("",
      new Stores("shop-api:store_001,store_002,S0,S1,S2;partner:own_1;canary:vygodno-canary"));

  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> shops;
  private final TestInputTopic<byte[], byte[]> bans;
  private final TestInputTopic<byte[], byte[]> owners;
  private final TestOutputTopic<String, String> catalogTopic;
  private final TestOutputTopic<String, String> auditTopic;
  private final TestOutputTopic<String, String> answerTopic;
  private final TestOutputTopic<byte[], byte[]> deadLetterTopic;

  /** What a reader of the catalogue topic holds. */
  final Map<String, String> catalog = new TreeMap<>();
  /** Tombstones on products that were not listed. */
  final List<String> needlessTombstones = new ArrayList<>();

  /** The filter as it is when the declared list, an empty one, has been loaded. */
  Rig(Path state) {
    this(state, true);
  }

  /** The filter before it has seen any list. */
  static Rig closed(Path state) {
    return new Rig(state, false);
  }

  private Rig(Path state, boolean open) {
    Properties settings = new Properties();
    settings.put("application.id", "test");
    settings.put("bootstrap.servers", "nowhere:1");
    settings.put("state.dir", state.toString());
    settings.put("rocksdb.config.setter", BoundedRocksDb.class);
    driver = new TopologyTestDriver(FilterTopology.of(TOPICS), settings);
    shops = driver.createInputTopic(TOPICS.products(), new ByteArraySerializer(), new ByteArraySerializer());
    bans = driver.createInputTopic(TOPICS.bans(), new ByteArraySerializer(), new ByteArraySerializer());
    owners = driver.createInputTopic(TOPICS.owners(), new ByteArraySerializer(), new ByteArraySerializer());
    StringDeserializer text = new StringDeserializer();
    catalogTopic = driver.createOutputTopic(TOPICS.catalog(), text, text);
    auditTopic = driver.createOutputTopic(TOPICS.audit(), text, text);
    answerTopic = driver.createOutputTopic(TOPICS.answers(), text, text);
    deadLetterTopic = driver.createOutputTopic(TOPICS.deadLetters(), new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
    if (open) {
      mark("{\"version\":1}");
      answers();
    }
  }

  static String product(String id, Map<String, String> changes) {
    Map<String, Object> p = new TreeMap<>(Map.of("product_id", id, "name", "Умные часы XYZ", "description", "",
        "price", Map.of("amount", 10, "currency", "RUB"), "category", "Электроника", "brand", "XYZ",
        "stock", Map.of("available", 1, "reserved", 0), "sku", "SKU-" + id, "tags", List.of(), "images", List.of()));
    p.putAll(Map.of("specifications", Map.of(), "created_at", "2023-10-01T12:00:00Z",
        "updated_at", "2023-10-01T12:00:00Z", "index", "products", "store_id", "store_001"));
    p.putAll(changes);
    try {
      return JSON.writeValueAsString(p);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(String id, String value) {
    sendBytes(id, value == null ? null : value.getBytes(UTF_8));
  }

  void sendBytes(String id, byte[] value) {
    shops.pipeInput(id == null ? null : id.getBytes(UTF_8), value);
    fold();
  }

  /** Withdraws as a store, which the header names. */
  void withdrawAs(String store, String id) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("store", store.getBytes(UTF_8));
    shops.pipeInput(new TestRecord<>(id.getBytes(UTF_8), null, headers));
    fold();
  }

  /** Sends by the topic of an identity that has its own. */
  void sendBy(String identity, String id, String value) {
    driver.createInputTopic(TOPICS.products(identity), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(id.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8));
    fold();
  }

  /** Writes a transfer as the command does. */
  void transfer(String id, String value) {
    owners.pipeInput(id.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8));
    fold();
  }

  /** A record with headers that have a name and no value. */
  void sendWithHeaders(String id, String value, int count) {
    RecordHeaders headers = new RecordHeaders();
    for (int index = 0; index < count; index++) {
      headers.add("h" + index, null);
    }
    shops.pipeInput(new TestRecord<>(id.getBytes(UTF_8), value.getBytes(UTF_8), headers));
    fold();
  }

  /** A product that was listed by a version of the program that took it, whatever this one says of it. */
  void listedBefore(String id, String value) {
    driver.<Bytes, byte[]>getKeyValueStore(FilterTopology.PRODUCTS).put(Bytes.wrap(id.getBytes(UTF_8)), value.getBytes(UTF_8));
    catalog.put(id, value);
  }

  /** Writes a rule as the command does and returns the answer. */
  JsonNode ban(String kind, String value) {
    String id = kind + ":" + Kind.of(kind).name(value);
    return rule(id, JSON.createObjectNode().put("rule", id).put("kind", kind).put("value", value)
        .put("reason", "проверка").put("by", "тест").put("at", "2026-11-23T10:00:00Z").put("change", "c1").toString());
  }

  JsonNode lift(String id) {
    return rule(id, null);
  }

  /** Writes the mark of the declared list, or takes it away. */
  void mark(String value) {
    writeRule(Rulebook.MARK, value);
  }

  private JsonNode rule(String id, String value) {
    writeRule(id, value);
    return answers().get(0);
  }

  void writeRule(String id, String value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("change", "c1".getBytes(UTF_8));
    bans.pipeInput(new TestRecord<>(id.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8), headers));
    fold();
  }

  private void fold() {
    while (!catalogTopic.isEmpty()) {
      var r = catalogTopic.readKeyValue();
      if (r.value != null) {
        catalog.put(r.key, r.value);
      } else if (catalog.remove(r.key) == null) {
        needlessTombstones.add(r.key);
      }
    }
  }

  /** The answers since the last call; a null value, which ends a rule's answers, shows as a null node. */
  List<JsonNode> answers() {
    return answerTopic.readValuesToList().stream().map(Rig::parse).toList();
  }

  /** The rules whose answers have ended since the last call. */
  List<String> forgotten() {
    return answerTopic.readRecordsToList().stream().filter(r -> r.value() == null).map(TestRecord::key).toList();
  }

  /** The audit records since the last call, as {@code action id rules}. */
  List<String> audit() {
    return auditTexts().stream().map(Rig::parse).map(a -> "%s %s %s".formatted(
        a.get("action").asText(), a.get("product_id").asText(), a.get("rules"))).toList();
  }

  /** The audit records since the last call, as they are written. */
  List<String> auditTexts() {
    return auditTopic.readValuesToList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetterTopic.readRecordsToList();
  }

  static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  void wait(Duration time) {
    driver.advanceWallClockTime(time);
    fold();
  }

  static JsonNode parse(String json) {
    try {
      return json == null ? JSON.nullNode() : JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.close();
  }
}
