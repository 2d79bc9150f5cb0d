package ru.vygodno.filter;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The holds store, with what is derived from it: how many products each rule holds back, and a bit for the hash of
 * every key it has or had, so that most products, which have no hold, cost no look into the store.
 */
final class Holds {
  private static final int BITS = 1 << 20;

  private final KeyValueStore<Bytes, byte[]> store;
  private final BitSet keys = new BitSet(BITS);
  private final Map<String, Integer> blocked = new HashMap<>();

  Holds(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> {
        count(Hold.decode(entry.value).rules(), 1);
        keys.set(bit(entry.key));
      });
    }
  }

  /** Returns the product's hold, or null. */
  Hold get(Bytes key) {
    byte[] bytes = keys.get(bit(key)) ? store.get(key) : null;
    return bytes == null ? null : Hold.decode(bytes);
  }

  /** Replaces the hold that {@link #get} returned; null, or one that says nothing, removes it. */
  void replace(Bytes key, Hold before, Hold after) {
    if (before != null) {
      count(before.rules(), -1);
    }
    if (after == null || after.needless()) {
      store.delete(key);
    } else {
      count(after.rules(), 1);
      store.put(key, after.encode());
      keys.set(bit(key));
    }
  }

  /** The holds as they are stored. */
  ReadOnlyKeyValueStore<Bytes, byte[]> stored() {
    return store;
  }

  /** Returns how many products of this partition the rule holds back. */
  int blockedBy(String rule) {
    return blocked.getOrDefault(rule, 0);
  }

  private static int bit(Bytes key) {
    int hash = key.hashCode();
    // Ids that differ in their last digits only would crowd together in the low bits.
    return hash * 0x9E3779B1 >>> 12;
  }

  private void count(List<String> rules, int by) {
    for (String rule : rules) {
      blocked.merge(rule, by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }
}
