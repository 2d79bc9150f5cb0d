package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.vygodno.product.Identifier;

/**
 * What a moderator's transfer does: the product's id, the record's key, belongs to the store that the value names,
 * {@code {"store":"store_002","change":"…",…}}. What is listed stays so until its new owner sends or withdraws it.
 */
final class TransferSide {
  private static final Logger LOG = LoggerFactory.getLogger(TransferSide.class);
  private static final String BAD = "bad-transfer";

  private final JsonFactory json = new JsonFactory();
  private final ReadOnlyKeyValueStore<Bytes, byte[]> products;
  private final Holds holds;
  private final Ownership ownership;
  private final Outlet outlet;

  TransferSide(ReadOnlyKeyValueStore<Bytes, byte[]> products, Holds holds, Ownership ownership, Outlet outlet) {
    this.products = products;
    this.holds = holds;
    this.ownership = ownership;
    this.outlet = outlet;
  }

  void accept(Record<byte[], byte[]> record) {
    if (record.value() == null) {
      // it is no longer noted why the id belongs to its owner; it does all the same
      return;
    }
    Map<String, String> texts = read(record.value());
    String id = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    String store = texts.get("store");
    String change = texts.get("change");
    if (!Identifier.valid(id) || !ownership.mayOwn(store, id) || (change != null && change.length() > RuleReader.MAX_CHANGE)) {
      String detail = "expected a product's id and {\"store\":…} with a store of config/stores.yaml, got "
          + (store == null ? "none" : '"' + store.substring(0, Math.min(store.length(), RuleReader.MAX_CHANGE)) + '"');
      LOG.warn("set aside a transfer: {}", detail);
      outlet.deadLetter(record, BAD, detail);
      return;
    }
    Bytes key = Bytes.wrap(record.key());
    Hold before = holds.get(key);
    String from = ownership.owner(key, before);
    if (!store.equals(from)) {
      holds.replace(key, before, after(key, before).withOwner(store));
    }
    outlet.transferred(new Messages.Transfer(id, from, store, change));
  }

  private Hold after(Bytes key, Hold before) {
    if (before != null) {
      return before;
    }
    return new Hold(List.of(), null, products.get(key) == null, null);
  }

  private Map<String, String> read(byte[] value) {
    try (JsonParser parser = json.createParser(value)) {
      return parser.nextToken() == JsonToken.START_OBJECT ? RuleReader.texts(parser) : Map.of();
    } catch (IOException e) {
      return Map.of();
    }
  }
}
