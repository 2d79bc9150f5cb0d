package ru.vygodno.filter;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/**
 * Whose product it is. An id belongs to the store that listed it first, also after that store has withdrawn the product,
 * until a moderator gives it to another; and a store sends by its own topic only.
 */
final class Ownership {
  private final ProductReader reader;
  private final ReadOnlyKeyValueStore<Bytes, byte[]> products;
  private final Map<String, String> topics = new HashMap<>();

  Ownership(ProductReader reader, ReadOnlyKeyValueStore<Bytes, byte[]> products, Topics topics) {
    this.reader = reader;
    this.products = products;
    topics.stores().all().forEach(
        store -> this.topics.put(store, topics.products(topics.stores().identityOf(store))));
  }

  /** Returns the store that the product's id belongs to; null when it is free, or nobody can tell any more. */
  String owner(Bytes key, Hold hold) {
    if (hold != null && hold.owner() != null) {
      return hold.owner();
    }
    byte[] version = hold != null && hold.aside() ? hold.original() : products.get(key);
    return version == null ? null : reader.storeOf(version);
  }

  /** Returns why the record is no product of the store that it names, or null when it is. */
  String refusal(Product product, String topic, Bytes key, Hold hold) {
    String store = product.storeId();
    if (!maySend(topic, store)) {
      return "store_id: expected a store that sends by %s (config/stores.yaml), got \"%s\"".formatted(topic, store);
    }
    if (reserved(product.id()) != store.equals(Stores.MONITORING)) {
      return "product_id: expected %s, got \"%s\" of \"%s\"".formatted("an id that begins with " + Stores.MONITORING
          + " exactly when it is monitoring's own", product.id(), store);
    }
    String owner = owner(key, hold);
    return owner == null || owner.equals(store) ? null
        : "store_id: expected \"%s\", which the product belongs to, got \"%s\"".formatted(owner, store);
  }

  /** Whether the store is declared to send by the topic. */
  boolean maySend(String topic, String store) {
    return topic.equals(topics.get(store));
  }

  /** Whether a product may be given to the store; monitoring's stay its own. */
  boolean mayOwn(String store, String id) {
    return topics.containsKey(store) && !store.equals(Stores.MONITORING) && !reserved(id);
  }

  private static boolean reserved(String id) {
    return id.startsWith(Stores.MONITORING);
  }
}
