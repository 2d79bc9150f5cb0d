package ru.vygodno.filter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** The holds store, and how many products each rule holds back, which is counted from the store and kept beside it. */
final class Holds {
  private final KeyValueStore<Bytes, byte[]> store;
  private final Map<String, Integer> blocked = new HashMap<>();

  Holds(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> count(Hold.decode(entry.value).rules(), 1));
    }
  }

  /** Returns the product's hold, or null. */
  Hold get(Bytes key) {
    byte[] bytes = store.get(key);
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
    }
  }

  KeyValueIterator<Bytes, byte[]> all() {
    return store.all();
  }

  /** Returns how many products of this partition the rule holds back. */
  int blockedBy(String rule) {
    return blocked.getOrDefault(rule, 0);
  }

  private void count(List<String> rules, int by) {
    for (String rule : rules) {
      blocked.merge(rule, by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }
}
