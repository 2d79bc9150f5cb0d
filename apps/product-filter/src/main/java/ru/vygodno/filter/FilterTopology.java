package ru.vygodno.filter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The filter's topology. The products store has no changelog: the shops' topic is compacted and is its changelog
 * (KIP-813), which saves writing every product once more; the few that come by topics of their own are among the holds. It is read back up to the committed offset, so it is what it
 * was at the last commit; what the topic alone can't tell is in the holds store.
 */
final class FilterTopology {
  static final String PRODUCTS = "products";
  static final String RULES = "rules";
  static final String HOLDS = "holds";
  private static final String SHOPS = "shops";
  private static final String BANS = "bans";
  private static final String OWNERS = "owners";
  private static final String OWN_SHOPS = "own-shops";
  private static final String KEEPER = "keeper";
  private static final String FILTER = "filter";

  /** A shop's clock may be wrong: a record without a valid time must not stop the pipeline. */
  private static final TimestampExtractor ANY_TIME = (record, partitionTime) ->
      record.timestamp() < 0 ? System.currentTimeMillis() : record.timestamp();

  /**
   * Of what waits, Streams takes the oldest: a rule would wait behind all products that came before it, in a flood for
   * minutes. So rules bear a time that is thirty years older; {@link FilterProcessor} gives them their own again.
   */
  static final long HEAD_START_MS = Duration.ofDays(10_957).toMillis();
  private static final TimestampExtractor RULES_FIRST = (record, partitionTime) ->
      Math.max(0, ANY_TIME.extract(record, partitionTime) - HEAD_START_MS);

  private FilterTopology() {}

  static Topology of(Topics topics) {
    ByteArrayDeserializer in = new ByteArrayDeserializer();
    ByteArraySerializer out = new ByteArraySerializer();
    Topology topology = new Topology();
    topology.addReadOnlyStateStore(store(Stores.persistentKeyValueStore(PRODUCTS)).withLoggingDisabled(),
        SHOPS, ANY_TIME, in, in, topics.products(), KEEPER, keeper());
    topology.addSource(AutoOffsetReset.earliest(), BANS, RULES_FIRST, in, in, topics.bans());
    topology.addSource(AutoOffsetReset.earliest(), OWNERS, RULES_FIRST, in, in, topics.owners());
    List<String> parents = new ArrayList<>(List.of(KEEPER, BANS, OWNERS));
    if (!topics.ownProducts().isEmpty()) {
      topology.addSource(AutoOffsetReset.earliest(), OWN_SHOPS, ANY_TIME, in, in,
          topics.ownProducts().toArray(String[]::new));
      parents.add(OWN_SHOPS);
    }
    topology.addProcessor(FILTER, () -> new FilterProcessor(topics), parents.toArray(String[]::new));
    topology.connectProcessorAndStateStores(FILTER, PRODUCTS);
    topology.addStateStore(store(Stores.inMemoryKeyValueStore(RULES)), FILTER);
    topology.addStateStore(store(Stores.persistentKeyValueStore(HOLDS)), FILTER);
    topology.addSink(Outlet.CATALOG, topics.catalog(), out, out, FILTER);
    topology.addSink(Outlet.AUDIT, topics.audit(), out, out, FILTER);
    topology.addSink(Outlet.ANSWERS, topics.answers(), AnswerKey.SERIALIZER, out, AnswerKey.PARTITIONER, FILTER);
    topology.addSink(Outlet.DEAD_LETTERS, topics.deadLetters(), out, out, FILTER);
    return topology;
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(KeyValueBytesStoreSupplier supplier) {
    return Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray());
  }

  /** The API types the keeper of a read-only store as one that forwards nothing; the topology has no such limit. */
  @SuppressWarnings("unchecked")
  private static ProcessorSupplier<byte[], byte[], Void, Void> keeper() {
    ProcessorSupplier<byte[], byte[], byte[], byte[]> keeper = ProductKeeper::new;
    return (ProcessorSupplier<byte[], byte[], Void, Void>) (ProcessorSupplier<?, ?, ?, ?>) keeper;
  }
}
