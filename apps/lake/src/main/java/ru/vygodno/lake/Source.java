package ru.vygodno.lake;

import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.spark.sql.Row;

/** A record of Kafka as Spark's source hands it out: key, value, partition, offset, timestamp. */
record Source(byte[] key, byte[] value, int partition, long offset, Timestamp at) {
  static final String[] COLUMNS = {"key", "value", "partition", "offset", "timestamp"};

  static Source of(Row row) {
    return new Source(row.getAs(0), row.getAs(1), row.getInt(2), row.getLong(3), row.getTimestamp(4));
  }

  /** @return the day of the record's timestamp in UTC, {@code yyyy-MM-dd} */
  String day() {
    return LocalDate.ofInstant(at.toInstant(), ZoneOffset.UTC).toString();
  }
}
