package ru.vygodno.connect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/**
 * Turns the records of the filtered topic into rows: the key into {@code Struct{product_id}}, the value into
 * {@code Struct{doc}} whose text lands in a jsonb column, a tombstone into null, which deletes the row.
 *
 * <p>A dead-letter queue covers converters but not the database: a row that violates a constraint or fails a generated
 * column stops the sink's task. So all that PostgreSQL would refuse is refused here, with a {@link DataException}.
 */
public final class ProductConverter implements Converter, Versioned {
  /** A btree entry holds 2704 bytes at most; a character takes up to 4 of them. */
  private static final int MAX_INDEXED = 500;
  private static final int MAX_KEY = 200;

  private static final Schema KEY = SchemaBuilder.struct().name("ru.vygodno.ProductKey")
      .field("product_id", Schema.STRING_SCHEMA).build();
  private static final Schema VALUE = SchemaBuilder.struct().name("ru.vygodno.ProductValue")
      .field("doc", SchemaBuilder.string().name("io.debezium.data.Json").version(1).build()).build();

  private final ProductReader reader = new ProductReader();
  private boolean key;

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    key = isKey;
  }

  @Override
  public ConfigDef config() {
    return new ConfigDef();
  }

  @Override
  public String version() {
    return Version.OWN;
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte[] bytes) {
    if (key) {
      return new SchemaAndValue(KEY, new Struct(KEY).put("product_id", productId(bytes)));
    }
    return bytes == null ? SchemaAndValue.NULL : new SchemaAndValue(VALUE, new Struct(VALUE).put("doc", doc(bytes)));
  }

  /** The converter serves sinks only. */
  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    throw new DataException("expected a sink connector, got a source: ProductConverter only reads");
  }

  private static String productId(byte[] bytes) {
    if (bytes == null || bytes.length == 0) {
      throw new DataException("key: expected a product_id, got nothing");
    }
    String id = decode(bytes);
    if (id.length() > MAX_KEY || id.indexOf(0) >= 0) {
      throw new DataException("key: expected at most " + MAX_KEY + " characters without U+0000, got " + id.length());
    }
    return id;
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new DataException("key: expected UTF-8, got other bytes", e);
    }
  }

  private String doc(byte[] bytes) {
    try {
      Product product = reader.read(bytes);
      indexable("category", product.category());
      indexable("brand", product.brand());
      indexable("sku", product.sku());
      indexable("store_id", product.storeId());
    } catch (MalformedProductException e) {
      throw new DataException(e.reason().code() + ": " + e.getMessage(), e);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void indexable(String field, String value) {
    if (value.length() > MAX_INDEXED) {
      throw new DataException(field + ": expected at most " + MAX_INDEXED + " characters, got " + value.length()
          + ": PostgreSQL can't index more");
    }
  }
}
