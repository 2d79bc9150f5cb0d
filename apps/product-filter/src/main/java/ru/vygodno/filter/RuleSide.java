package ru.vygodno.filter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/** What a record of the ban topic does to this partition's products. */
final class RuleSide {
  private static final Logger LOG = LoggerFactory.getLogger(RuleSide.class);
  /** Marks of lists: not rules. */
  private static final String SEED = "seed:";

  private final ProductReader products;
  private final RuleReader reader;
  private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
  private final Rulebook rules;
  private final Holds holds;
  private final Outlet outlet;
  private final int partition;

  RuleSide(ProductReader products, RuleReader reader, ReadOnlyKeyValueStore<Bytes, byte[]> store, Rulebook rules,
      Holds holds, Outlet outlet, int partition) {
    this.products = products;
    this.reader = reader;
    this.store = store;
    this.rules = rules;
    this.holds = holds;
    this.outlet = outlet;
    this.partition = partition;
  }

  void accept(Record<byte[], byte[]> record) {
    try {
      String id = reader.id(record.key());
      if (id.equals(Rulebook.MARK)) {
        marked(record, id);
      } else if (id.startsWith(SEED)) {
        LOG.debug("{} marks a list that is not ours", id);
      } else if (record.value() == null) {
        removed(record, id);
      } else {
        added(record, reader.read(id, record.value()));
      }
    } catch (BadRuleException e) {
      LOG.warn("set aside a ban record of partition {}: {}", partition, e.getMessage());
      outlet.deadLetter(record, "bad-rule", e.getMessage());
    }
  }

  /** Says that it waits for the list, which whoever loads it may not know: the state may have been lost. */
  void tellClosure() {
    if (!rules.isOpen()) {
      LOG.info("partition {} waits for the ban list: no product is listed", partition);
      outlet.forget(Rulebook.MARK);
    }
  }

  /** Tells the counts that have changed since they were told because products came or went. */
  void tellChangedCounts() {
    for (Rulebook.Entry entry : List.copyOf(rules.all())) {
      Rule rule = entry.rule();
      int blocked = holds.blockedBy(rule.id());
      if (blocked != entry.answered()) {
        rules.put(rule.id().getBytes(StandardCharsets.UTF_8), rule, entry.json(), blocked);
        outlet.answer(new Messages.Answer(rule.id(), rule.change(), "updated", partition, 0, 0, blocked));
      }
    }
  }

  /**
   * Lists what has waited for the list and no rule holds back. Without its mark the list may be any, so a mark that is
   * taken away closes: whoever may do that may lift every rule as well, and a state that is built anew from the topic
   * would be closed, too.
   */
  private void marked(Record<byte[], byte[]> record, String mark) throws BadRuleException {
    int reinstated = 0;
    if (record.value() == null) {
      rules.close();
    } else {
      reader.checkMark(record.value());
      rules.open(record.value());
      reinstated = liftAll(mark, record.timestamp());
    }
    String action = rules.isOpen() ? "added" : "removed";
    outlet.answer(new Messages.Answer(mark, change(record, null), action, partition, 0, reinstated, 0));
    if (!rules.isOpen()) {
      outlet.forget(mark);
    }
  }

  private void added(Record<byte[], byte[]> record, Rule rule) {
    RuleSet only = new RuleSet();
    only.add(rule);
    int retracted = 0;
    try (KeyValueIterator<Bytes, byte[]> candidates = candidates(rule, store);
        KeyValueIterator<Bytes, byte[]> kept = candidates(rule, holds.stored())) {
      while (candidates.hasNext()) {
        KeyValue<Bytes, byte[]> stored = candidates.next();
        retracted += ban(stored.key, stored.value, rule.id(), only, record.timestamp()) ? 1 : 0;
      }
      // a version that the products store does not hold; what has just been banned is not banned twice
      while (kept.hasNext()) {
        KeyValue<Bytes, byte[]> held = kept.next();
        byte[] original = Hold.decode(held.value).original();
        retracted += original != null && ban(held.key, original, rule.id(), only, record.timestamp()) ? 1 : 0;
      }
    }
    int blocked = holds.blockedBy(rule.id());
    rules.put(record.key(), rule, record.value(), blocked);
    outlet.answer(new Messages.Answer(rule.id(), change(record, rule), "added", partition, retracted, 0, blocked));
  }

  private static KeyValueIterator<Bytes, byte[]> candidates(Rule rule, ReadOnlyKeyValueStore<Bytes, byte[]> store) {
    if (rule.kind() == Kind.ID) {
      Bytes key = Bytes.wrap(rule.value().getBytes(StandardCharsets.UTF_8));
      return store.range(key, key);
    }
    return store.all();
  }

  /** Returns whether the product was listed and is retracted by the rule. */
  private boolean ban(Bytes key, byte[] stored, String rule, RuleSet only, long timestamp) {
    Hold before = holds.get(key);
    if (before != null && (!before.hasProduct() || before.rules().contains(rule))) {
      return false;
    }
    Product product = read(key, before != null && before.original() != null ? before.original() : stored);
    // what can't be judged must not stay listed for ever because of that
    if (product != null && only.matching(product).isEmpty()) {
      return false;
    }
    if (before == null) {
      holds.replace(key, null, Hold.blockedBy(List.of(rule)));
    } else {
      List<String> both = new ArrayList<>(before.rules());
      both.add(rule);
      holds.replace(key, before, before.withRules(both));
    }
    if (before != null && before.blocked()) {
      return false;
    }
    outlet.retract(key.get(), timestamp);
    audit(key, "retracted", product, List.of(rule));
    return true;
  }

  private void removed(Record<byte[], byte[]> record, String id) {
    rules.remove(record.key(), id);
    int reinstated = liftAll(id, record.timestamp());
    outlet.answer(new Messages.Answer(id, change(record, null), "removed", partition, 0, reinstated, 0));
    outlet.forget(id);
  }

  /** Returns how many products are listed because only that rule, or the awaited list, has held them back. */
  private int liftAll(String rule, long timestamp) {
    int reinstated = 0;
    if (holds.blockedBy(rule) > 0) {
      try (KeyValueIterator<Bytes, byte[]> all = holds.stored().all()) {
        while (all.hasNext()) {
          KeyValue<Bytes, byte[]> held = all.next();
          reinstated += lift(held.key, Hold.decode(held.value), rule, timestamp) ? 1 : 0;
        }
      }
    }
    return reinstated;
  }

  /** Returns whether the product is listed again because no rule holds it back any more. */
  private boolean lift(Bytes key, Hold before, String rule, long timestamp) {
    if (!before.rules().contains(rule)) {
      return false;
    }
    List<String> others = before.rules().stream().filter(r -> !r.equals(rule)).toList();
    List<String> left = others.isEmpty() && !rules.isOpen() ? List.of(Rulebook.MARK) : others;
    holds.replace(key, before, before.withRules(left));
    byte[] value = before.original() != null ? before.original() : store.get(key);
    if (!left.isEmpty()) {
      // it was said that the list is awaited, not yet which rules hold the product back
      if (rule.equals(Rulebook.MARK)) {
        audit(key, "blocked", read(key, value), left);
      }
      return false;
    }
    outlet.list(key.get(), value, timestamp);
    audit(key, "reinstated", read(key, value), List.of(rule));
    return true;
  }

  /** Reads a version that was valid when it came, whatever is refused by now; null when it can't be judged any more. */
  private Product read(Bytes key, byte[] value) {
    Product product = products.recall(value);
    if (product == null) {
      LOG.warn("product {} was valid when it came and can't be judged any more", key);
    }
    return product;
  }

  private void audit(Bytes key, String action, Product product, List<String> by) {
    String id = new String(key.get(), StandardCharsets.UTF_8);
    outlet.audit(key.get(), action, product == null ? new Product(id, "", "", "", "", "") : product, by);
  }

  private static String change(Record<byte[], byte[]> record, Rule rule) {
    Header header = record.headers().lastHeader("change");
    if (header != null && header.value() != null && header.value().length <= RuleReader.MAX_CHANGE) {
      return new String(header.value(), StandardCharsets.UTF_8);
    }
    return rule == null ? null : rule.change();
  }
}
