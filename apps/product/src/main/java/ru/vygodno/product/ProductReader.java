package ru.vygodno.product;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads product records strictly: the shops' structure, one JSON object (RFC 8259) in valid UTF-8 with nothing after
 * it, no name twice in an object, and nothing that PostgreSQL's jsonb refuses. Defects of the document come before
 * those of its fields, these in the order of the shops' format, and the key last. Safe for use by several threads.
 */
public final class ProductReader {
  /** Largest product accepted, in bytes: leaves a broker's default record limit room for key, headers and overhead. */
  public static final int MAX_BYTES = 1_000_000;

  private static final Field[] DECISIVE =
      {Field.PRODUCT_ID, Field.NAME, Field.CATEGORY, Field.BRAND, Field.SKU, Field.STORE_ID};

  private static final byte[] LAST_STORE = ",\"store_id\":\"".getBytes(StandardCharsets.UTF_8);

  private final JsonFactory json = JsonFactory.builder()
      .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
      // Names in specifications come from outside: interning them would fill the JVM's string table.
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
      .build();

  /**
   * Reads a product and checks that it is the one its key names.
   *
   * @param key the record's key
   * @param value the record's value, as the shop sent it
   * @return the fields decisions are made on
   * @throws MalformedProductException naming the first defect
   */
  public Product read(byte[] key, byte[] value) throws MalformedProductException {
    Product product = read(value);
    if (key == null || !Arrays.equals(key, product.id().getBytes(StandardCharsets.UTF_8))) {
      String expected = key == null ? "a record key" : "the record's key " + Got.quote(Got.decode(key));
      throw new MalformedProductException(Reason.KEY_MISMATCH, Field.PRODUCT_ID.path,
          "expected " + expected + ", got " + Got.quote(product.id()));
    }
    return product;
  }

  /**
   * Reads a product whose key is not at hand.
   *
   * @param value the record's value, as the shop sent it
   * @return the fields decisions are made on
   * @throws MalformedProductException naming the first defect
   */
  public Product read(byte[] value) throws MalformedProductException {
    if (value.length > MAX_BYTES) {
      throw new MalformedProductException(Reason.TOO_LARGE, null,
          "expected at most %d bytes, got %d".formatted(MAX_BYTES, value.length));
    }
    Text.Scan scan = Text.scan(value);
    switch (scan) {
      case BAD_UTF8 -> throw new MalformedProductException(Reason.BAD_UTF8, null, "expected UTF-8, got other bytes");
      case NUL_OR_BOM -> throw new MalformedProductException(Reason.NOT_JSON, null,
          "expected a JSON object, got a NUL byte or a byte order mark");
      default -> { }
    }
    return parse(value, scan == Text.Scan.ESCAPES);
  }

  /**
   * Reads a product that was taken when it came, whatever is refused by now: only what decisions are made on must be there.
   *
   * @param value the record's value, as the shop sent it
   * @return the fields decisions are made on; null when one of them can't be told
   */
  public Product recall(byte[] value) {
    Map<String, String> texts = new HashMap<>();
    try (JsonParser parser = json.createParser(value)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          texts.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      return null;
    }
    String[] decisive = Stream.of(DECISIVE).map(field -> texts.get(field.path)).toArray(String[]::new);
    return Arrays.asList(decisive).contains(null) ? null
        : new Product(decisive[0], decisive[1], decisive[2], decisive[3], decisive[4], decisive[5]);
  }

  /**
   * Tells which store a product is of, that was taken when it came.
   *
   * @param value the record's value, as the shop sent it
   * @return its {@code store_id}; null when it can't be told
   */
  public String storeOf(byte[] value) {
    String last = lastStore(value);
    return last == null ? anyStore(value) : last;
  }

  /**
   * Returns the store when it stands as the object's last field, as the shops' format has it; else null. What closes a
   * valid document closes its object, and a quotation mark within a text would be escaped.
   */
  private static String lastStore(byte[] value) {
    int end = value.length - 2;
    if (end < 0 || value[end] != '"' || value[end + 1] != '}') {
      return null;
    }
    int from = end - 1;
    while (from >= 0 && value[from] != '"' && value[from] != '\\') {
      from--;
    }
    int name = from - LAST_STORE.length;
    return name >= 0 && Arrays.equals(value, name + 1, from + 1, LAST_STORE, 0, LAST_STORE.length)
        ? new String(value, from + 1, end - from - 1, StandardCharsets.UTF_8) : null;
  }

  private String anyStore(byte[] value) {
    String store = null;
    try (JsonParser parser = json.createParser(value)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
        if (name.equals(Field.STORE_ID.path)) {
          store = text ? parser.getText() : null;
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      return null;
    }
    return store;
  }

  private Product parse(byte[] value, boolean escapes) throws MalformedProductException {
    try (JsonParser parser = json.createParser(value)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedProductException(Reason.NOT_JSON, null, "expected a JSON object, got nothing");
      }
      if (first != JsonToken.START_OBJECT) {
        String got = Got.value(parser);
        parser.skipChildren();
        end(parser);
        throw new MalformedProductException(Reason.NOT_AN_OBJECT, null, "expected a JSON object, got " + got);
      }
      Walk walk = new Walk(new Cursor(parser, escapes));
      walk.product();
      end(parser);
      return walk.result();
    } catch (StreamConstraintsException e) {
      throw new MalformedProductException(Reason.TOO_LARGE, null, "expected less, got: " + firstLine(e));
    } catch (JsonProcessingException e) {
      throw new MalformedProductException(Reason.NOT_JSON, null, "expected JSON, got at byte %d: %s"
          .formatted(e.getLocation() == null ? 0 : e.getLocation().getByteOffset(), firstLine(e)));
    } catch (IOException e) {
      throw new UncheckedIOException("can't happen: the bytes are in memory", e);
    }
  }

  private static void end(JsonParser parser) throws IOException, MalformedProductException {
    if (parser.nextToken() != null) {
      throw new MalformedProductException(Reason.NOT_JSON, null,
          "expected nothing after the JSON value, got " + Got.value(parser));
    }
  }

  private static String firstLine(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    return Got.shorten(message.lines().findFirst().orElse(""), 200);
  }
}
