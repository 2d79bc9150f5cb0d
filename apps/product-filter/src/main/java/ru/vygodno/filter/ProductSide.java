package ru.vygodno.filter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.Identifier;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;
import ru.vygodno.product.Reason;

/**
 * What a record from a shop does. The products store still holds the record before it, of the common topic; what comes by
 * the others is kept among the holds.
 */
final class ProductSide {
  private static final Logger LOG = LoggerFactory.getLogger(ProductSide.class);
  private static final String FOREIGN = "foreign-product";

  private final ProductReader reader;
  private final ReadOnlyKeyValueStore<Bytes, byte[]> products;
  private final Rulebook rules;
  private final Holds holds;
  private final Ownership ownership;
  private final Outlet outlet;
  private final String common;

  /** @param common the topic that the products store holds the records of */
  ProductSide(ProductReader reader, ReadOnlyKeyValueStore<Bytes, byte[]> products, Rulebook rules, Holds holds,
      Ownership ownership, Outlet outlet, String common) {
    this.reader = reader;
    this.products = products;
    this.rules = rules;
    this.holds = holds;
    this.ownership = ownership;
    this.outlet = outlet;
    this.common = common;
  }

  /** @param topic where the record came from, which tells who sent it */
  void accept(Record<byte[], byte[]> record, String topic) {
    if (record.key() == null) {
      outlet.deadLetter(record, Reason.KEY_MISMATCH.code(), "product_id: expected a record key, got nothing");
      return;
    }
    Bytes key = Bytes.wrap(record.key());
    Hold before = holds.get(key);
    if (record.value() == null) {
      withdrawn(record, topic, key, before);
      return;
    }
    try {
      Product product = reader.read(record.key(), record.value());
      String refusal = ownership.refusal(product, topic, key, before);
      if (refusal == null) {
        valid(record, topic, key, before, product);
      } else {
        refuse(record, topic, key, before, FOREIGN, refusal);
      }
    } catch (MalformedProductException e) {
      LOG.debug("set aside: {}", e.getMessage());
      refuse(record, topic, key, before, e.reason().code(), e.getMessage());
    }
  }

  private void valid(Record<byte[], byte[]> record, String topic, Bytes key, Hold before, Product product) {
    byte[] kept = topic.equals(common) ? null : record.value();
    List<String> matching = rules.matching(product);
    if (matching.isEmpty()) {
      if (before != null || kept != null) {
        holds.replace(key, before, new Hold(matching, kept, kept != null, null));
      }
      if (before != null && before.blocked()) {
        outlet.audit(record.key(), "reinstated", product, before.rules());
      }
      outlet.list(record.key(), record.value(), record.timestamp());
      return;
    }
    boolean listed = listed(key, before);
    holds.replace(key, before, new Hold(matching, kept, kept != null, null));
    if (listed) {
      outlet.retract(record.key(), record.timestamp());
    }
    outlet.audit(record.key(), listed ? "retracted" : "blocked", product, matching);
  }

  /** Sets a record aside, and keeps the version that it is about to replace in the products store. */
  private void refuse(Record<byte[], byte[]> record, String topic, Bytes key, Hold before, String reason,
      String detail) {
    outlet.deadLetter(record, reason, detail);
    if (!topic.equals(common)) {
      return;
    }
    if (before == null) {
      holds.replace(key, null, new Hold(List.of(), products.get(key), true, null));
    } else if (!before.aside()) {
      holds.replace(key, before, new Hold(before.rules(), products.get(key), true, before.owner()));
    }
  }

  private void withdrawn(Record<byte[], byte[]> record, String topic, Bytes key, Hold before) {
    String owner = ownership.owner(key, before);
    String by = claimed(record, topic);
    if (owner != null && (!ownership.maySend(topic, owner) || !(by.equals(topic) || by.equals(owner)))) {
      refuse(record, topic, key, before, FOREIGN,
          "expected a withdrawal by \"%s\", which the product belongs to, got one by \"%s\"".formatted(owner, by));
      return;
    }
    if (owner == null && !topic.equals(common)) {
      return;
    }
    if (listed(key, before)) {
      outlet.retract(record.key(), record.timestamp());
    }
    if (owner != null) {
      holds.replace(key, before, Hold.ownedBy(owner));
    } else if (before != null) {
      holds.replace(key, before, null);
    }
  }

  /** A withdrawal has no store_id; who sends for several stores may say in a header for which, and is held to it. */
  private static String claimed(Record<byte[], byte[]> record, String topic) {
    Header store = record.headers().lastHeader("store");
    return store == null || store.value() == null || store.value().length > Identifier.MAX_LENGTH
        ? topic : new String(store.value(), StandardCharsets.UTF_8);
  }

  private boolean listed(Bytes key, Hold before) {
    return before == null ? products.get(key) != null : !before.blocked() && before.hasProduct();
  }
}
