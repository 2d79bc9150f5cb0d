package ru.vygodno.filter;

import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;
import ru.vygodno.product.Reason;

/** What a record from a shop does. The products store still holds the record before it. */
final class ProductSide {
  private static final Logger LOG = LoggerFactory.getLogger(ProductSide.class);

  private final ProductReader reader;
  private final ReadOnlyKeyValueStore<Bytes, byte[]> products;
  private final Rulebook rules;
  private final Holds holds;
  private final Outlet outlet;

  ProductSide(ProductReader reader, ReadOnlyKeyValueStore<Bytes, byte[]> products, Rulebook rules, Holds holds,
      Outlet outlet) {
    this.reader = reader;
    this.products = products;
    this.rules = rules;
    this.holds = holds;
    this.outlet = outlet;
  }

  void accept(Record<byte[], byte[]> record) {
    if (record.key() == null) {
      outlet.deadLetter(record, Reason.KEY_MISMATCH.code(), "product_id: expected a record key, got nothing");
    } else if (record.value() == null) {
      withdrawn(record, Bytes.wrap(record.key()));
    } else {
      try {
        valid(record, Bytes.wrap(record.key()), reader.read(record.key(), record.value()));
      } catch (MalformedProductException e) {
        LOG.debug("set aside: {}", e.getMessage());
        outlet.deadLetter(record, e.reason().code(), e.getMessage());
        malformed(Bytes.wrap(record.key()));
      }
    }
  }

  private void valid(Record<byte[], byte[]> record, Bytes key, Product product) {
    Hold before = holds.get(key);
    List<String> matching = rules.matching(product);
    if (matching.isEmpty()) {
      if (before != null) {
        holds.replace(key, before, null);
        if (before.blocked()) {
          outlet.audit(record.key(), "reinstated", product, before.rules());
        }
      }
      outlet.list(record.key(), record.value(), record.timestamp());
      return;
    }
    boolean listed = listed(key, before);
    holds.replace(key, before, Hold.blockedBy(matching));
    if (listed) {
      outlet.retract(record.key(), record.timestamp());
    }
    outlet.audit(record.key(), listed ? "retracted" : "blocked", product, matching);
  }

  /** Keeps the last valid version, which the malformed record is about to replace in the products store. */
  private void malformed(Bytes key) {
    Hold before = holds.get(key);
    if (before == null) {
      holds.replace(key, null, new Hold(List.of(), products.get(key), true));
    } else if (!before.malformed()) {
      holds.replace(key, before, new Hold(before.rules(), products.get(key), true));
    }
  }

  private void withdrawn(Record<byte[], byte[]> record, Bytes key) {
    Hold before = holds.get(key);
    if (listed(key, before)) {
      outlet.retract(record.key(), record.timestamp());
    }
    if (before != null) {
      holds.replace(key, before, null);
    }
  }

  private boolean listed(Bytes key, Hold before) {
    return before == null ? products.get(key) != null : !before.blocked() && before.hasProduct();
  }
}
