package ru.vygodno.filter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.Product;

/**
 * The rules store: each rule as it was written, and the blocked count of its last answer; indexed for matching. It is
 * closed, and holds back every product, until the mark of the declared list has come: without it nobody knows whether
 * rules are missing.
 */
final class Rulebook {
  /** Stands behind the rules of the declared list; while it is awaited it holds products back as a rule does. */
  static final String MARK = "seed:bans";

  private static final Logger LOG = LoggerFactory.getLogger(Rulebook.class);
  private static final Bytes MARK_KEY = Bytes.wrap(MARK.getBytes(StandardCharsets.UTF_8));

  private final KeyValueStore<Bytes, byte[]> store;
  private final RuleReader reader;
  private final RuleSet index = new RuleSet();
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<Bytes> unreadable = new HashSet<>();
  private boolean open;

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
    open = store.get(MARK_KEY) != null && unreadable.isEmpty();
  }

  private void load(Bytes key, byte[] stored) {
    if (key.equals(MARK_KEY)) {
      return;
    }
    byte[] json = Arrays.copyOfRange(stored, Integer.BYTES, stored.length);
    try {
      Rule rule = reader.read(reader.id(key.get()), json);
      index.add(rule);
      entries.put(rule.id(), new Entry(rule, json, ByteBuffer.wrap(stored).getInt()));
    } catch (BadRuleException e) {
      // a rule is missing, so it is as if none were there; whoever loads the list again opens it
      LOG.error("nothing new is listed until the ban list is loaded again: rule {} can't be read", key, e);
      unreadable.add(key);
    }
  }

  /** Returns what holds the product back: rules, and the mark as long as it is awaited. */
  List<String> matching(Product product) {
    List<String> rules = index.matching(product);
    if (open) {
      return rules;
    }
    List<String> all = new ArrayList<>(rules);
    all.add(MARK);
    return all;
  }

  boolean isOpen() {
    return open;
  }

  /** The declared list is here, whole. */
  void open(byte[] mark) {
    unreadable.forEach(store::delete);
    unreadable.clear();
    store.put(MARK_KEY, mark);
    open = true;
  }

  /** The declared list has been taken away. */
  void close() {
    store.delete(MARK_KEY);
    open = false;
  }

  Collection<Entry> all() {
    return entries.values();
  }

  void put(byte[] key, Rule rule, byte[] json, int answered) {
    Entry before = entries.put(rule.id(), new Entry(rule, json, answered));
    if (before != null) {
      index.remove(before.rule());
    }
    unreadable.remove(Bytes.wrap(key));
    index.add(rule);
    store.put(Bytes.wrap(key), ByteBuffer.allocate(Integer.BYTES + json.length).putInt(answered).put(json).array());
    LOG.debug("rule {} is in force", rule.id());
  }

  /** Forgets the rule of that id, if there is one. */
  void remove(byte[] key, String id) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      index.remove(entry.rule());
    }
    unreadable.remove(Bytes.wrap(key));
    store.delete(Bytes.wrap(key));
    LOG.debug("rule {} is lifted", id);
  }
}
