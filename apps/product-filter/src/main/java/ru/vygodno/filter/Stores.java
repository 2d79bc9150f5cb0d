package ru.vygodno.filter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The stores that are declared, and by which identity each sends. No broker tells who wrote a record; what tells it is the
 * topic, for each identity may write one and nobody else may.
 */
final class Stores {
  /** Sends for every store that has no certificate of its own, into the shops' common topic. */
  static final String INTAKE = "shop-api";

  /** Monitoring's store; ids that begin so are its own, and it has no others. clients/product.ts says the same. */
  static final String MONITORING = "vygodno-canary";

  private final Map<String, String> identities = new LinkedHashMap<>();

  /**
   * @param declared identities with the ids of their stores: {@code shop-api:store_001,store_002;canary:vygodno-canary}
   * @throws IllegalArgumentException when it is anything else, or a store is named twice
   */
  Stores(String declared) {
    for (String entry : declared.split(";", -1)) {
      String[] parts = entry.trim().split(":");
      if (parts.length != 2 || parts[0].isBlank()) {
        throw new IllegalArgumentException("stores: expected IDENTITY:STORE,STORE;…, got " + entry);
      }
      for (String store : parts[1].split(",", -1)) {
        if (store.isBlank() || identities.put(store.trim(), parts[0].trim()) != null) {
          throw new IllegalArgumentException("stores: expected each store once, got " + store + " in " + entry);
        }
      }
    }
  }

  /** Returns the identity that the store sends by, or null when it is not declared. */
  String identityOf(String store) {
    return identities.get(store);
  }

  /** Returns the identities that have a topic of their own, in order. */
  Set<String> withOwnTopic() {
    Set<String> all = new TreeSet<>(identities.values());
    all.remove(INTAKE);
    return all;
  }

  Set<String> all() {
    return identities.keySet();
  }
}
