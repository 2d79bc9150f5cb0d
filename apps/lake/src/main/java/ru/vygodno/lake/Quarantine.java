package ru.vygodno.lake;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Rows of the table {@code quarantine}: records that could not be understood, byte for byte, with the reason. */
final class Quarantine {
  static final StructType SCHEMA = StructType.fromDDL("""
      key binary, value binary, reason string, kafka_partition int, kafka_offset bigint, kafka_at timestamp,
      topic string, day string""");

  private Quarantine() {}

  static Row row(Source source, String topic, String reason) {
    return RowFactory.create(source.key(), source.value(), reason, source.partition(), source.offset(), source.at(),
        topic, source.day());
  }
}
