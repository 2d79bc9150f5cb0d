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

/**
 * Turns records into rows of a key and a JSON document: the key into a {@code Struct} of one text, the value into
 * {@code Struct{doc}} whose text lands in a jsonb column, a tombstone into null, which deletes the row.
 *
 * <p>A dead-letter queue covers converters but not the database: a row that violates a constraint or fails a generated
 * column stops the sink's task. So all that PostgreSQL would refuse is refused here, with a {@link DataException}.
 */
abstract class RowConverter implements Converter, Versioned {
  private static final int MAX_KEY = 200;

  private static final Schema VALUE = SchemaBuilder.struct().name("ru.vygodno.Document")
      .field("doc", SchemaBuilder.string().name("io.debezium.data.Json").version(1).build()).build();

  private final String column;
  private final Schema keySchema;
  private boolean key;

  /** @param column the column that the key goes to */
  RowConverter(String column) {
    this.column = column;
    this.keySchema = SchemaBuilder.struct().name("ru.vygodno.Key").field(column, Schema.STRING_SCHEMA).build();
  }

  /**
   * Checks a document.
   *
   * @throws DataException when PostgreSQL or those who read the table could not use it
   */
  abstract void check(byte[] document);

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
      return new SchemaAndValue(keySchema, new Struct(keySchema).put(column, id(bytes)));
    }
    if (bytes == null) {
      return SchemaAndValue.NULL;
    }
    check(bytes);
    return new SchemaAndValue(VALUE, new Struct(VALUE).put("doc", new String(bytes, StandardCharsets.UTF_8)));
  }

  /** The converter serves sinks only. */
  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    throw new DataException("expected a sink connector, got a source: " + getClass().getSimpleName() + " only reads");
  }

  /** As wide as the database is: a key alone deletes, and what was stored before an id was refused must be deletable. */
  private String id(byte[] bytes) {
    if (bytes == null || bytes.length == 0) {
      throw new DataException("key: expected a " + column + ", got nothing");
    }
    String id = decode("key", bytes);
    if (id.length() > MAX_KEY || id.indexOf(0) >= 0) {
      throw new DataException("key: expected at most " + MAX_KEY + " characters without U+0000, got " + id.length());
    }
    return id;
  }

  /**
   * Decodes UTF-8 strictly.
   *
   * @param part what the message calls the text
   */
  static String decode(String part, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new DataException(part + ": expected UTF-8, got other bytes", e);
    }
  }
}
