package ru.vygodno.connect;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Turns a record of strings into the one string {@code key TAB value}, with nothing after the tab for a tombstone, so
 * that a file of such lines is a changelog: the last line of a key tells. Line ends and, in the key, tabs become
 * spaces: JSON has no raw line ends inside its strings, so its meaning is unchanged.
 *
 * @param <R> the kind of record
 */
public final class KeyedLine<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {
  @Override
  public R apply(R r) {
    String line = text("key", r.key()).replace('\t', ' ') + '\t' + text("value", r.value());
    String flat = line.replace('\n', ' ').replace('\r', ' ');
    return r.newRecord(r.topic(), r.kafkaPartition(), r.keySchema(), r.key(), Schema.STRING_SCHEMA, flat,
        r.timestamp());
  }

  private static String text(String part, Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof String s) {
      return s;
    }
    throw new DataException(part + ": expected a string (use StringConverter), got " + value.getClass().getName());
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
  public void configure(Map<String, ?> configs) {
    // Nothing to set.
  }

  @Override
  public void close() {
    // Nothing held.
  }
}
