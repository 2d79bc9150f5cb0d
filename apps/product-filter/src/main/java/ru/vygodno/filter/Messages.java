package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import ru.vygodno.product.Product;

/** The JSON of answers and audit records. */
final class Messages {
  /** A name may be as long as a product; the audit record must fit in a record all the same. */
  private static final int MAX_NAME = 1000;

  private final JsonFactory json = new JsonFactory();

  /** What a rule's change did in one partition, and how many products the rule holds back there now. */
  record Answer(String rule, String change, String action, int partition, int retracted, int reinstated, int blocked) {}

  /**
   * That a product's id belongs to another store.
   *
   * @param from whom it belonged to, or null
   */
  record Transfer(String id, String from, String to, String change) {}

  @FunctionalInterface
  private interface Fields {
    void write(JsonGenerator out) throws IOException;
  }

  byte[] answer(Answer answer, Instant at) {
    return object(out -> {
      out.writeStringField("rule", answer.rule());
      out.writeStringField("change", answer.change());
      out.writeStringField("action", answer.action());
      out.writeNumberField("partition", answer.partition());
      out.writeNumberField("retracted", answer.retracted());
      out.writeNumberField("reinstated", answer.reinstated());
      out.writeNumberField("blocked", answer.blocked());
      out.writeStringField("at", at.toString());
    });
  }

  byte[] transfer(Transfer transfer, Instant at) {
    return object(out -> {
      out.writeStringField("product_id", transfer.id());
      out.writeStringField("from", transfer.from());
      out.writeStringField("to", transfer.to());
      out.writeStringField("change", transfer.change());
      out.writeStringField("action", "transferred");
      out.writeStringField("at", at.toString());
    });
  }

  byte[] audit(String action, Product product, List<String> rules, Instant at) {
    return object(out -> {
      out.writeStringField("product_id", product.id());
      out.writeStringField("name", shorten(product.name()));
      out.writeStringField("store_id", shorten(product.storeId()));
      out.writeStringField("action", action);
      writeRules(out, rules);
      out.writeStringField("at", at.toString());
    });
  }

  static void writeRules(JsonGenerator out, List<String> rules) throws IOException {
    out.writeArrayFieldStart("rules");
    for (String rule : rules) {
      out.writeString(rule);
    }
    out.writeEndArray();
  }

  private byte[] object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = json.createGenerator(bytes)) {
      out.writeStartObject();
      fields.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("can't happen: the bytes are in memory", e);
    }
    return bytes.toByteArray();
  }

  private static String shorten(String s) {
    return s.codePointCount(0, s.length()) <= MAX_NAME ? s : s.substring(0, s.offsetByCodePoints(0, MAX_NAME)) + "…";
  }
}
