package ru.vygodno.filter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.Product;

/** The rules store: each rule as it was written, and the blocked count of its last answer; indexed for matching. */
final class Rulebook {
  private static final Logger LOG = LoggerFactory.getLogger(Rulebook.class);

  private final KeyValueStore<Bytes, byte[]> store;
  private final RuleReader reader;
  private final RuleSet index = new RuleSet();
  private final Map<String, Entry> entries = new HashMap<>();

  /**
   * @param rule the rule
   * @param answered the blocked count that was told last
   */
  record Entry(Rule rule, byte[] json, int answered) {}

  Rulebook(KeyValueStore<Bytes, byte[]> store, RuleReader reader) {
    this.store = store;
    this.reader = reader;
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> load(entry.key, entry.value));
    }
  }

  private void load(Bytes key, byte[] stored) {
    byte[] json = Arrays.copyOfRange(stored, Integer.BYTES, stored.length);
    try {
      Rule rule = reader.read(reader.id(key.get()), json);
      index.add(rule);
      entries.put(rule.id(), new Entry(rule, json, ByteBuffer.wrap(stored).getInt()));
    } catch (BadRuleException e) {
      throw new IllegalStateException("the rules store holds a rule that this version can't read: " + key, e);
    }
  }

  List<String> matching(Product product) {
    return index.matching(product);
  }

  /** Returns the rule's entry, or null. */
  Entry get(String id) {
    return entries.get(id);
  }

  Collection<Entry> all() {
    return entries.values();
  }

  void put(byte[] key, Rule rule, byte[] json, int answered) {
    Entry before = entries.put(rule.id(), new Entry(rule, json, answered));
    if (before != null) {
      index.remove(before.rule());
    }
    index.add(rule);
    store.put(Bytes.wrap(key), ByteBuffer.allocate(Integer.BYTES + json.length).putInt(answered).put(json).array());
    LOG.debug("rule {} is in force", rule.id());
  }

  void remove(byte[] key, Rule rule) {
    index.remove(rule);
    entries.remove(rule.id());
    store.delete(Bytes.wrap(key));
    LOG.debug("rule {} is lifted", rule.id());
  }
}
