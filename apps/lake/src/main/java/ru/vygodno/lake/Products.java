package ru.vygodno.lake;

import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Rows of the table {@code products}: each change of a product; a retracted one has no document. */
final class Products {
  static final StructType SCHEMA = StructType.fromDDL("""
      product_id string, doc string, name string, category string, brand string, store_id string, price double,
      available int, kafka_partition int, kafka_offset bigint, kafka_at timestamp, day string""");

  private Products() {}

  static Row read(Source source) throws MalformedRecordException {
    if (source.key() == null) {
      throw new MalformedRecordException("expected a product id as the key, got none");
    }
    String id = new String(source.key(), StandardCharsets.UTF_8);
    if (source.value() == null) {
      return RowFactory.create(id, null, null, null, null, null, null, null, source.partition(), source.offset(),
          source.at(), source.day());
    }
    JsonObject json = JsonObject.parse(source.value());
    return RowFactory.create(id, new String(source.value(), StandardCharsets.UTF_8), json.text("name"),
        json.text("category"), json.text("brand"), json.text("store_id"), json.object("price").number("amount"),
        json.object("stock").integer("available"), source.partition(), source.offset(), source.at(), source.day());
  }
}
